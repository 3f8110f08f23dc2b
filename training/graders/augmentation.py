"""Shake crops as other boxes around the same defect would: flips, small shifts and zooms.

Gray levels stay as they are, because contrast is what tells a grade.
"""

import numpy as np
from PIL import Image

from training.graders.config import GraderConfig


def shake(crops: np.ndarray, config: GraderConfig, rng: np.random.Generator) -> np.ndarray:
    """Return changed copies of uint8 crops `[N, S, S]`."""
    return np.stack([_shake_one(crop, config, rng) for crop in crops])


def _shake_one(crop: np.ndarray, config: GraderConfig, rng: np.random.Generator) -> np.ndarray:
    if config.flip_horizontal and rng.random() < 0.5:
        crop = crop[:, ::-1]
    if config.flip_vertical and rng.random() < 0.5:
        crop = crop[::-1]
    if not (config.shift or config.zoom):
        return np.ascontiguousarray(crop)
    size = crop.shape[0]
    side = size * (1.0 + rng.uniform(-config.zoom, config.zoom))
    left, top = (size - side) / 2 + rng.uniform(-config.shift, config.shift, 2)
    # Room for the largest move, filled with the border, so that nothing black comes in.
    room = int(np.ceil(config.shift + size * config.zoom)) + 1
    image = Image.fromarray(np.pad(crop, room, mode="edge"))
    window = (left + room, top + room, left + room + side, top + room + side)
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, box=window))
