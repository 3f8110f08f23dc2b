"""The names of a box's corners, in the one order that all lists and tuples of corners follow."""

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def corners_of(box) -> tuple[float, float, float, float]:
    """Return (xmin, ymin, xmax, ymax), in pixels, of an object that has attributes of these names."""
    return box.xmin, box.ymin, box.xmax, box.ymax
