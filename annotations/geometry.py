"""The names of a box's corners, in the one order that all lists and tuples of corners follow."""

from typing import Protocol

CORNERS = ("xmin", "ymin", "xmax", "ymax")


class HasCorners(Protocol):
    """What has the corners of a box as attributes."""

    @property
    def xmin(self) -> float: ...
    @property
    def ymin(self) -> float: ...
    @property
    def xmax(self) -> float: ...
    @property
    def ymax(self) -> float: ...


def corners_of(box: HasCorners) -> tuple[float, float, float, float]:
    """Return (xmin, ymin, xmax, ymax), in pixels, of an object that has attributes of these names."""
    return box.xmin, box.ymin, box.xmax, box.ymax
