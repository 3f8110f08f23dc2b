"""What the readers of all dataset formats give: the labels of one image, frozen, before an image is known.

A reader gets the annotation files of an archive and returns `Found`. Each of its items is loaded alone, so
that a bad one fails alone. Errors name the file, the element or line, the reason and what to do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Protocol

from annotations.geometry import CORNERS

MAX_NAME = 100
MAX_POSE = 60
# No annotation file is read beyond this.
MOST_BYTES = 64 << 20
# The annotation files of an archive by their paths; a call reads one.
Files = Mapping[str, Callable[[], bytes]]


class FormatError(ValueError):
    """Labels that cannot be used; names the file, the place in it and the reason."""

    def __init__(self, source: str, place: str, reason: str) -> None:
        self.source, self.place, self.reason = source, place, reason
        super().__init__(": ".join(part for part in (source, place, reason) if part))


class ImageLabels(Protocol):
    """The labels of one image as a file holds them.

    `source` is the path of the file. `image` is the path or name that the file gives the image; empty when
    only the stem of `source` tells. `document` is kept for an export when it is not empty. `grades` has the
    highest grade per type.
    """

    @property
    def source(self) -> str: ...
    @property
    def image(self) -> str: ...
    @property
    def document(self) -> bytes: ...
    @property
    def type_names(self) -> frozenset[str]: ...
    @property
    def grades(self) -> Mapping[str, int]: ...

    def values(self, *, width: int, height: int, image_name: str) -> tuple[dict[str, Any], ...]:
        """Return the boxes in pixels of an image of this size; raises FormatError or voc.VocError."""
        ...

    def error(self, number: int, reason: str) -> ValueError:
        """Return the error that names the box of this place, from 0."""
        ...


@dataclass(frozen=True)
class Pending:
    """The labels of one image, not read yet; `load` raises FormatError or voc.VocError."""

    source: str
    load: Callable[[], ImageLabels]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a reader found among the files of an archive.

    `recognised` says whether they are of its format. `problems` are parts that belong to no image. `used`
    are the paths that were read, or that the format knows and does not need.
    """

    recognised: bool
    items: Sequence[Pending] = ()
    problems: Sequence[FormatError] = ()
    used: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How a format is read: the paths that may be its annotation files, the reader, and what people send."""

    claims: Callable[[str], bool]
    read: Callable[[Files], Found]
    needs: str


@dataclass(frozen=True, kw_only=True)
class FileBox:
    """One box of a file, in pixels or, with `FileLabels.shares`, in shares of the image's size."""

    place: str
    type_name: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    grade: int | None = None
    difficult: bool = False
    truncated: bool = False
    occluded: bool = False
    pose: str = "Unspecified"


@dataclass(frozen=True, kw_only=True)
class FileLabels:
    """The labels of one image in a format without documents of their own; see `ImageLabels`."""

    source: str
    image: str = ""
    place: str = ""
    width: int | None = None
    height: int | None = None
    boxes: tuple[FileBox, ...] = ()
    shares: bool = False
    grades: Mapping[str, int] = field(default_factory=dict)
    document: bytes = b""

    @property
    def type_names(self) -> frozenset[str]:
        """Return the names of the types of all boxes."""
        return frozenset(box.type_name for box in self.boxes)

    def error(self, number: int, reason: str) -> FormatError:
        """Return the error that names the box of this place, from 0."""
        return FormatError(self.source, self.boxes[number].place, reason)

    def values(self, *, width: int, height: int, image_name: str) -> tuple[dict[str, Any], ...]:
        """Return the boxes in pixels, half-open, inside the image. Raises FormatError."""
        stated = (self.width or width, self.height or height)
        if stated != (width, height):
            reason = f"says {stated[0]} × {stated[1]}, but {image_name} has {width} × {height} pixels"
            raise FormatError(self.source, self.place, reason)
        return tuple(self._values(box, width, height) for box in self.boxes)

    def _values(self, box: FileBox, width: int, height: int) -> dict[str, Any]:
        across, down = (width, height) if self.shares else (1, 1)
        sides = (box.xmin * across, box.ymin * down, box.xmax * across, box.ymax * down)
        try:
            inside = clipped_to(sides, width=width, height=height)
        except ValueError as error:
            raise FormatError(self.source, box.place, str(error)) from None
        return {
            "type_name": box.type_name,
            **dict(zip(CORNERS, inside, strict=True)),
            "truncated": box.truncated,
            "difficult": box.difficult,
            "occluded": box.occluded,
            "pose": box.pose[:MAX_POSE],
            "grade": box.grade,
            "clipped": inside != sides,
        }


def clipped_to(
    sides: tuple[float, float, float, float], *, width: int, height: int
) -> tuple[float, float, float, float]:
    """Return (xmin, ymin, xmax, ymax) inside an image of `width` × `height` pixels.

    Raises ValueError with a reason for a box that is inverted, empty or wholly outside.
    """
    left, top, right, bottom = sides
    for low, high, axis in ((left, right, "x"), (top, bottom, "y")):
        if low > high:
            raise ValueError(f"is inverted: {axis}min is larger than {axis}max")
        if low == high:
            raise ValueError(f"is empty: {axis}min equals {axis}max")
    if left >= width or top >= height or right <= 0 or bottom <= 0:
        raise ValueError(f"lies outside the image of {width} × {height} pixels")
    return (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))


def checked_name(name: object, source: str, place: str) -> str:
    """Return the name of a type without the spaces around it. Raises FormatError."""
    if not isinstance(name, str) or not (text := name.strip()):
        raise FormatError(source, place, "the name of the type is missing or is not a text")
    if len(text) > MAX_NAME:
        raise FormatError(source, place, f"the name has {len(text)} characters; at most {MAX_NAME} fit")
    if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise FormatError(source, place, "the name of the type has characters that cannot be stored")
    return text


def checked_number(value: object, source: str, place: str) -> float:
    """Return a finite number, also from a text. Raises FormatError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FormatError(source, place, f"{str(value)[:40]!r} is not a number")
    try:
        number = math.nan if isinstance(value, str) and "_" in value else float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise FormatError(source, place, f"{str(value)[:40]!r} is not a number")
    return number


def base_name(path: str) -> str:
    """Return the file's own name of a path from any system."""
    return PurePosixPath(path.replace("\\", "/")).name


def highest_grades(graded: Iterable[tuple[str, int | None]]) -> dict[str, int]:
    """Return the highest grade of each type among pairs of type and grade."""
    highest: dict[str, int] = {}
    for name, grade in graded:
        if grade:
            highest[name] = max(highest.get(name, 0), grade)
    return highest
