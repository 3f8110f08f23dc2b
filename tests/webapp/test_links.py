"""No address is written by hand: templates use `{% url %}`, Python `reverse`, modules what a page embeds."""

import re
from pathlib import Path

import pytest

from runner import ROOT

# The REST client of the label and review pages, the one place for the paths of its calls.
CLIENT = ROOT / "static" / "server" / "api.js"
BY_HAND = re.compile(r"""["'`=(](/(?:p|api|login|logout|account|admin)/[^"'`\s]*)""")


def _written(paths: list[Path]) -> dict[str, list[str]]:
    """Return the addresses that are written out in each of `paths`, files without any left out."""
    found = {
        path.relative_to(ROOT).as_posix(): BY_HAND.findall(path.read_text(encoding="utf-8")) for path in paths
    }
    return {path: addresses for path, addresses in found.items() if addresses}


@pytest.mark.parametrize(
    "text",
    [
        '<a href="/p/{{ project.slug }}/images/">',
        "<a href=/login/>",
        "redirect(f'/p/{slug}/')",
        "location.assign(`/p/${slug}/label/`)",
        'fetch("/api/projects/")',
    ],
)
def test_an_address_that_is_written_by_hand_is_found(text: str) -> None:
    assert BY_HAND.search(text)


def test_templates_and_views_write_no_address_by_hand() -> None:
    templates = sorted((ROOT / "webapp" / "templates").rglob("*.html"))
    modules = [path for path in sorted((ROOT / "webapp").rglob("*.py")) if path.name != "urls.py"]
    assert len(templates) > 30
    assert len(modules) > 30
    assert _written([*templates, *modules]) == {}


def test_modules_write_no_address_by_hand_but_the_rest_client() -> None:
    modules = sorted((ROOT / "static").rglob("*.js"))
    assert len(modules) > 80
    assert set(_written(modules)) == {CLIENT.relative_to(ROOT).as_posix()}
