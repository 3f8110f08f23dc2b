"""Training images made of two: one laid over the other, or its defects pasted onto it. NumPy only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from training.detector.config import DetectorConfig
from training.detector.data.augmentation import Picture

TRIES = 8  # places tried before a defect is not pasted
MOST_PASTED = 3
LARGEST_PASTED = 0.5  # of the picture's side
RING = 3  # pixels around a pasted defect that adapt to their ground
MIXUP = 32.0  # both parameters of the beta distribution (Ge et al., YOLOX, 2021): both images stay visible


def blend(a: Picture, b: Picture, rng: np.random.Generator) -> Picture:
    """Lay two pictures of one size over each other (mixup; Zhang et al., 2018); both keep their boxes."""
    share = rng.beta(MIXUP, MIXUP)
    pixels = a.pixels.astype(np.float32) * share + b.pixels.astype(np.float32) * (1 - share)
    return Picture(
        np.rint(pixels).astype(np.uint8),
        np.concatenate([a.boxes, b.boxes]),
        np.concatenate([a.classes, b.classes]),
    )


def paste(ground: Picture, source: Picture, rng: np.random.Generator) -> Picture:
    """Copy defects of the source to free places of the ground, shifted to the gray level around them.

    After copy-paste (Dwibedi et al., "Cut, paste and learn", 2017), with rectangles and soft borders.
    """
    pixels, boxes, classes = ground.pixels.copy(), list(ground.boxes), list(ground.classes)
    candidates = np.flatnonzero(source.classes >= 0)
    for index in rng.permutation(candidates)[:MOST_PASTED]:
        patch, inner = _cut_out(source, index)
        if patch is None:
            continue
        height, width = patch.shape[:2]
        for _ in range(TRIES):
            x = int(rng.integers(0, pixels.shape[1] - width + 1))
            y = int(rng.integers(0, pixels.shape[0] - height + 1))
            place = np.array([x, y, x + width, y + height], np.float32)
            if not _touches(place, boxes):
                _lay(pixels[y : y + height, x : x + width], patch)
                boxes.append(inner + np.array([x, y, x, y], np.float32))
                classes.append(source.classes[index])
                break
    return replace(
        ground,
        pixels=pixels,
        boxes=np.array(boxes, np.float32).reshape(-1, 4),
        classes=np.array(classes, np.int32),
    )


def _cut_out(source: Picture, index: int) -> tuple[np.ndarray | None, np.ndarray]:
    """Return the pixels of a defect with a ring around it, and its box in them; None when it is too large."""
    rows, columns = source.pixels.shape[:2]
    xmin, ymin, xmax, ymax = source.boxes[index]
    left, top = max(0, int(xmin) - RING), max(0, int(ymin) - RING)
    right, low = min(columns, int(np.ceil(xmax)) + RING), min(rows, int(np.ceil(ymax)) + RING)
    inner = source.boxes[index] - np.array([left, top, left, top], np.float32)
    if right - left > LARGEST_PASTED * columns or low - top > LARGEST_PASTED * rows:
        return None, inner
    return source.pixels[top:low, left:right], inner


def _touches(place: np.ndarray, boxes: list[np.ndarray]) -> bool:
    if not boxes:
        return False
    others = np.array(boxes)
    apart = (others[:, :2] >= place[2:]).any(axis=1) | (others[:, 2:] <= place[:2]).any(axis=1)
    return not apart.all()


def _lay(target: np.ndarray, patch: np.ndarray) -> None:
    """Lay a patch onto a target [h, w, C] of its size; its outermost pixels take the target's level."""
    height, width = patch.shape[:2]
    down = np.minimum(np.arange(height) + 1, height - np.arange(height))
    across = np.minimum(np.arange(width) + 1, width - np.arange(width))
    weight = np.minimum(np.minimum.outer(down, across) / (RING + 1), 1.0)[..., None]
    ring = weight[..., 0] < 1
    shift = target[ring].mean(axis=0) - patch[ring].mean(axis=0) if ring.any() else 0.0
    mixed = target * (1 - weight) + (patch + shift) * weight
    target[:] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def mix(
    picture: Picture, draw_other: Callable[[], Picture], rng: np.random.Generator, config: DetectorConfig
) -> Picture:
    """Paste defects onto a varied picture and lay another one over it, as often as the settings say."""
    if config.copy_paste and rng.random() < config.copy_paste:
        picture = paste(picture, draw_other(), rng)
    if config.mixup and rng.random() < config.mixup:
        picture = blend(picture, draw_other(), rng)
    return picture
