"""Cut a defect out of its image for a grader: its box or a square with context, or a strip over the image.

A full-width strip is turned by a quarter, so that a network sees every strip standing upright.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

SIZE = 64
CONTEXT = 0.25  # of the box, or of its longer side, added on each side
STRIP = 32.0  # pixels across a strip, unless the box is wider
LEAST_SIDE = 16.0  # pixels; a smaller cut would show nothing around the defect
POLICIES = ("box", "square", "column", "row")
STRIPS = ("column", "row")
# A defect that reaches over this share of the image, and is this many times as long as wide, runs through it.
RUNS_THROUGH, ELONGATED = 0.8, 3.0

Corners = tuple[float, float, float, float]


def crop(
    pixels: np.ndarray, box: Corners, policy: str, *, shape: tuple[int, int] = (SIZE, SIZE)
) -> np.ndarray:
    """Cut `box` (xmin, ymin, xmax, ymax; pixels) out of uint8 `[H, W]` or `[H, W, 3]` as uint8 `shape`.

    `shape` is (height, width) of what the grader sees. `policy` is one of `POLICIES`. What is outside of the
    image repeats its border. Raises ValueError on an unknown policy or an empty box.
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
    seen = shape[::-1] if policy == "row" else shape
    image = Image.fromarray(np.ascontiguousarray(cut))
    resized = np.asarray(image.resize(seen[::-1], Image.Resampling.BILINEAR, box=inner))
    return np.ascontiguousarray(resized.T) if policy == "row" else resized


def crop_all(
    pixels: np.ndarray, boxes: Sequence[Corners], policy: str, *, shape: tuple[int, int] = (SIZE, SIZE)
) -> np.ndarray:
    """Cut every box out of one image: uint8 `[N, *shape]`."""
    crops = [crop(pixels, box, policy, shape=shape) for box in boxes]
    return np.stack(crops) if crops else np.zeros((0, *shape), np.uint8)


def choose_policy(boxes: Sequence[Corners], sizes: Sequence[tuple[int, int]]) -> str:
    """Choose the policy for one type's `boxes` on images of `sizes` (width, height): a strip, or a square.

    A strip where at least half of the boxes run through the image and are long and narrow, as the columns
    and rows of a sensor do; else a square, which keeps the defect's proportions.
    """
    votes = [_runs(box, size) for box, size in zip(boxes, sizes, strict=True)]
    for policy in STRIPS:
        if votes and votes.count(policy) * 2 >= len(votes):
            return policy
    return "square"


def _runs(box: Corners, size: tuple[int, int]) -> str:
    width, height = box[2] - box[0], box[3] - box[1]
    if height >= RUNS_THROUGH * size[1] and height >= ELONGATED * width:
        return "column"
    if width >= RUNS_THROUGH * size[0] and width >= ELONGATED * height:
        return "row"
    return ""


def _region(box: Corners, policy: str, *, width: int, height: int) -> Corners:
    """Return what to cut in pixels; it may reach outside of the image."""
    xmin, ymin, xmax, ymax = box
    if not (xmin < xmax and ymin < ymax):
        raise ValueError(f"The box ({xmin:g}, {ymin:g}, {xmax:g}, {ymax:g}) has no area.")
    # A detector's box may stick out; its middle never does, so that something of the image is always cut.
    x = min(max((xmin + xmax) / 2, 0.0), float(width))
    y = min(max((ymin + ymax) / 2, 0.0), float(height))
    if policy == "box":
        half_width = max(LEAST_SIDE, (xmax - xmin) * (1 + 2 * CONTEXT)) / 2
        half_height = max(LEAST_SIDE, (ymax - ymin) * (1 + 2 * CONTEXT)) / 2
        return x - half_width, y - half_height, x + half_width, y + half_height
    if policy == "square":
        half = max(LEAST_SIDE, max(xmax - xmin, ymax - ymin) * (1 + 2 * CONTEXT)) / 2
        return x - half, y - half, x + half, y + half
    if policy == "column":
        half = max(STRIP, xmax - xmin) / 2
        return x - half, 0.0, x + half, float(height)
    if policy == "row":
        half = max(STRIP, ymax - ymin) / 2
        return 0.0, y - half, float(width), y + half
    raise ValueError(f"{policy!r} is no crop policy; choose {', '.join(POLICIES)}.")
