"""All addresses that can be asked for without sending anything, with values for one project."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from annotations.models import Project

# Pages of Django's own, and addresses that end the session.
LEFT_OUT = ("admin/", "logout/")


def concrete_addresses(project: Project) -> list[str]:
    """Return each address of the site, its parameters filled with PROJECT and the first row of a table."""
    values = {"slug": project.slug, "format": "voc.zip"}
    addresses = [_fill(route, values) for route in _routes(get_resolver().url_patterns, "")]
    return [f"/{address}" for address in addresses if not address.startswith(LEFT_OUT)]


def _routes(patterns: list, before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _fill(route: str, values: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "1"), route)
