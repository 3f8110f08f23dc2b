"""Keep what a person chose, everywhere or in one project, small enough to travel with every page."""

import json
import math

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.errors import BlemishError
from annotations.labeling.wire import storable
from annotations.models import Preference, Project

MAX_BYTES = 16 * 2**10
MAX_NAMES = 40
MAX_NAME = 60
MAX_DEPTH = 20


class InvalidPreference(BlemishError):
    """A preference that cannot be kept; the sentence names it."""

    default_code = "invalid_preference"
    default_detail = "A preference is a JSON object."


def _is_plain(value: object, depth: int = 0) -> bool:
    """Return whether every database keeps `value`: no NUL, no half letter, no infinity, not too deep."""
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(storable(key) and _is_plain(item, depth + 1) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_plain(item, depth + 1) for item in value)
    if isinstance(value, str):
        return storable(value)
    # An integer of any length is JSON, but it is no choice of a person.
    return value is None or (isinstance(value, int | float) and math.isfinite(value) and abs(value) < 1e15)


def check(name: str, value: object) -> dict:
    """Return `value` if it can be kept as the preference `name`; raises InvalidPreference."""
    if len(name) > MAX_NAME:
        raise InvalidPreference(f"The name of a preference has at most {MAX_NAME} letters.")
    if not isinstance(value, dict):
        raise InvalidPreference(f'The preference {name!r} must be a JSON object, such as {{"on": true}}.')
    try:
        plain = _is_plain(value)
    except OverflowError:
        plain = False
    if not plain:
        raise InvalidPreference(
            f"The preference {name!r} holds a text or a number that cannot be kept, "
            f"or is nested deeper than {MAX_DEPTH} levels."
        )
    size = len(json.dumps(value, ensure_ascii=False).encode())
    if size > MAX_BYTES:
        raise InvalidPreference(
            f"The preference {name!r} takes {size:,} bytes; at most {MAX_BYTES:,} are kept. "
            "Leave out what is not needed."
        )
    return value


def of(user, project: Project | None = None) -> dict[str, dict]:
    """Return the preferences of `user` by name: those that hold everywhere, or those in `project`."""
    return dict(Preference.objects.filter(user=user, project=project).values_list("name", "value"))


def keep(user, name: str, value: object, *, project: Project | None = None) -> dict:
    """Keep `value` as `user`'s preference `name`, everywhere or in `project`; the last write wins.

    Raises InvalidPreference for what is no object, is over MAX_BYTES, or is one name too many.
    """
    value = check(name, value)
    rows = Preference.objects.filter(user=user, project=project)
    for _ in range(2):
        if rows.filter(name=name).update(value=value, updated_at=timezone.now()):
            return value
        if rows.count() >= MAX_NAMES:
            raise InvalidPreference(f"{MAX_NAMES} preferences are kept already; use one of their names.")
        try:
            with transaction.atomic():
                Preference.objects.create(user=user, project=project, name=name, value=value)
                return value
        except IntegrityError:
            continue  # another tab made it at this moment: the next turn updates it
    return value
