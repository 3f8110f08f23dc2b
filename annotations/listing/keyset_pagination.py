"""Pages of images in a chosen order, by keyset: each starts after the last image of the one before.

So the last page costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.dateparse import parse_datetime

from annotations.geometry import CORNERS
from annotations.labeling import comments
from annotations.models import Box, DefectType, Image, Project
from annotations.severity import severity_cache

PAGE_SIZE = 60
# Images are counted up to here: to count a hundred thousand takes longer than to show the first ones.
COUNTED = 10_000
# A thumbnail cannot show more than this; the card gives the whole number.
BOXES_DRAWN = 40


@dataclass(frozen=True)
class SortOrder:
    """One order: by a field of Image, then by id in the same direction; images without a value last."""

    label: str
    field: str
    descending: bool = True


SORTS = {
    "new": SortOrder("Newest first", "pk"),
    "old": SortOrder("Oldest first", "pk", descending=False),
    "name": SortOrder("By name", "name", descending=False),
    "labeled": SortOrder("Last labeled first", "labeled_at"),
    "severity": SortOrder("Most severe first", "severity"),
    "boxes": SortOrder("Most boxes first", "box_count"),
}


@dataclass(frozen=True)
class ImagePage:
    """Some images of a list, and the cursor that the next page takes, None on the last page."""

    images: list[Image]
    next_cursor: str | None


@dataclass(frozen=True)
class Cursor:
    """The last image of a page: its id, and its value in the order, None where it has none."""

    pk: int
    value: str | int | float | datetime | None = None

    @staticmethod
    def read(text: str, order: SortOrder) -> Cursor | None:
        """Return the cursor that `text` says for `order`, None when it says none."""
        pk, _, value = text.partition("~")
        if not pk.isdecimal() or len(pk) > 18:
            return None
        if order.field == "pk":
            return Cursor(int(pk))
        try:
            readers: dict[str, Callable[[str], Any]] = {
                "labeled_at": parse_datetime,
                "severity": float,
                "box_count": int,
                "name": str,
            }
            return Cursor(int(pk), readers[order.field](value) if value else None)
        except ValueError:
            return None

    @staticmethod
    def of(image: Image, order: SortOrder, field: str) -> str:
        """Write the cursor of `image`, whose value in `order` is in the attribute `field`."""
        if order.field == "pk":
            return str(image.pk)
        value = getattr(image, field)
        text = value.isoformat() if isinstance(value, datetime) else "" if value is None else str(value)
        return f"{image.pk}~{text}"


def page_of(
    images, *, project: Project, sort: str = "new", after: str = "", size: int = PAGE_SIZE
) -> ImagePage:
    """Return `size` of `images` of `project` after the cursor `after`, in the order `sort`.

    Boxes to draw, comment counts and leases are loaded. Each part of the order (images of the same value,
    those of lesser ones, those without) is a range of an index.
    """
    order = SORTS[sort]
    field, cursor = order.field, Cursor.read(after, order) if after else None
    if sort == "severity" and not severity_cache.refresh(project):
        images, field = images.annotate(worst_now=severity_cache.worst(project)), "worst_now"
    drawn = Box.objects.order_by("position", "pk").only("image_id", "defect_type_id", *CORNERS)[:BOXES_DRAWN]
    images = (
        comments.count_open(images)
        .select_related("lease__user", "deleted_by")
        .prefetch_related(Prefetch("boxes", drawn, to_attr="drawn_boxes"))
    )
    found: list[Image] = []
    for part in _parts(images, field, order.descending, cursor):
        found += part[: size + 1 - len(found)]
        if len(found) > size:
            break
    more = len(found) > size
    return ImagePage(
        images=found[:size], next_cursor=Cursor.of(found[size - 1], order, field) if more else None
    )


def _parts(images, field: str, descending: bool, cursor: Cursor | None):
    """Yield the ranges of `images` that follow `cursor`, in order; each is queried when it is iterated."""
    sign, beyond = ("-", "lt") if descending else ("", "gt")
    by_pk = images.order_by(f"{sign}pk")
    rest = by_pk.filter(**{f"pk__{beyond}": cursor.pk}) if cursor else by_pk
    if field == "pk":
        yield rest
        return
    ordered = images.filter(**{f"{field}__isnull": False}).order_by(f"{sign}{field}", f"{sign}pk")
    if cursor is None:
        yield ordered
    elif cursor.value is not None:
        yield rest.filter(**{field: cursor.value})
        yield ordered.filter(**{f"{field}__{beyond}": cursor.value})
    if field in ("labeled_at", "severity", "worst_now"):
        without = rest if cursor and cursor.value is None else by_pk
        yield without.filter(**{f"{field}__isnull": True})


def colors(project: Project) -> dict[int, str]:
    """Return the color of every defect type by its id."""
    return dict(DefectType.objects.filter(project=project).values_list("pk", "color"))
