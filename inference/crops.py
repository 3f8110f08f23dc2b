"""Cut a defect out of its image for a grader: a square with context, or a strip over the whole image."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

SIZE = 64
CONTEXT = 0.25  # of the box's longer side, added on each side of a square
STRIP = 32.0  # pixels across a strip, unless the box is wider
LEAST_SIDE = 16.0  # pixels; a smaller square would show nothing around the defect


def crop(
    pixels: np.ndarray, box: tuple[float, float, float, float], policy: str, *, size: int = SIZE
) -> np.ndarray:
    """Cut BOX (xmin, ymin, xmax, ymax; pixels) out of uint8 `[H, W]` or `[H, W, 3]` as uint8 `[size, size]`.

    POLICY is a value of `annotations.models.CropPolicy`. What lies outside of the image repeats its border.
    Raises ValueError on an unknown policy or an empty box.
    """
    height, width = pixels.shape[:2]
    region = _region(box, policy, width=width, height=height)
    left, top = int(np.floor(region[0])), int(np.floor(region[1]))
    right, bottom = int(np.ceil(region[2])), int(np.ceil(region[3]))
    rows = np.clip(np.arange(top, bottom), 0, height - 1)
    columns = np.clip(np.arange(left, right), 0, width - 1)
    cut = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if cut.ndim == 3:
        cut = np.asarray(Image.fromarray(cut).convert("L"))
    cut = cut[np.ix_(rows - rows[0], columns - columns[0])]
    inner = (region[0] - left, region[1] - top, region[2] - left, region[3] - top)
    image = Image.fromarray(np.ascontiguousarray(cut))
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, box=inner))


def crop_all(
    pixels: np.ndarray,
    boxes: Sequence[tuple[float, float, float, float]],
    policy: str,
    *,
    size: int = SIZE,
) -> np.ndarray:
    """Cut every box out of one image: uint8 `[N, size, size]`."""
    crops = [crop(pixels, box, policy, size=size) for box in boxes]
    return np.stack(crops) if crops else np.zeros((0, size, size), np.uint8)


def _region(
    box: tuple[float, float, float, float], policy: str, *, width: int, height: int
) -> tuple[float, float, float, float]:
    """Return what to cut in pixels; it may reach outside of the image."""
    xmin, ymin, xmax, ymax = box
    if not (xmin < xmax and ymin < ymax):
        raise ValueError(f"The box ({xmin:g}, {ymin:g}, {xmax:g}, {ymax:g}) has no area.")
    # A detector's box may stick out; its middle never does, so that something of the image is always cut.
    x = min(max((xmin + xmax) / 2, 0.0), float(width))
    y = min(max((ymin + ymax) / 2, 0.0), float(height))
    if policy == "square":
        half = max(LEAST_SIDE, max(xmax - xmin, ymax - ymin) * (1 + 2 * CONTEXT)) / 2
        return x - half, y - half, x + half, y + half
    if policy == "column":
        half = max(STRIP, xmax - xmin) / 2
        return x - half, 0.0, x + half, float(height)
    if policy == "row":
        half = max(STRIP, ymax - ymin) / 2
        return 0.0, y - half, float(width), y + half
    raise ValueError(f"{policy!r} is no crop policy; choose square, column or row.")
