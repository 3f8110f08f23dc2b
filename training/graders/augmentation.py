"""Jitter crops as other boxes around the same defect would: flips, rotations, shifts and zooms.

Gray levels stay as they are, because contrast decides the grade.
"""

import numpy as np
from PIL import Image

from training.graders.config import GraderConfig


def jitter(
    crops: np.ndarray, config: GraderConfig, rng: np.random.Generator, *, rotate: bool = True
) -> np.ndarray:
    """Return changed copies of uint8 crops `[N, H, W]`; `rotate` is false for strips, which stand upright."""
    rotation = config.rotation if rotate else 0.0
    return np.stack([_jitter_one(crop, config, rng, rotation) for crop in crops])


def _jitter_one(
    crop: np.ndarray, config: GraderConfig, rng: np.random.Generator, rotation: float
) -> np.ndarray:
    if config.flip_horizontal and rng.random() < 0.5:
        crop = crop[:, ::-1]
    if config.flip_vertical and rng.random() < 0.5:
        crop = crop[::-1]
    if not (config.shift or config.zoom or rotation):
        return np.ascontiguousarray(crop)
    size = np.array(crop.shape[::-1], float)  # width, height
    # One zoom for both sides keeps the proportions of what is seen.
    sides = size * (1.0 + rng.uniform(-config.zoom, config.zoom))
    left, top = (size - sides) / 2 + rng.uniform(-config.shift, config.shift, 2)
    # Room for the largest shift or rotation, filled with the border, so that nothing black comes in.
    room = int(np.ceil(config.shift + size.max() * config.zoom)) + 1
    if rotation:
        room += int(np.ceil(np.hypot(*size) - size.min())) // 2 + 1
    image = Image.fromarray(np.pad(crop, room, mode="edge"))
    if rotation:
        image = image.rotate(rng.uniform(-rotation, rotation), Image.Resampling.BILINEAR)
    window = (left + room, top + room, left + room + sides[0], top + room + sides[1])
    return np.asarray(image.resize(crop.shape[::-1], Image.Resampling.BILINEAR, box=window))
