"""Bright squares on gray noise: the smallest task that a detector can learn in seconds."""

import numpy as np

from training.detector.config import DetectorConfig
from training.detector.data.samples import Sample

TINY = DetectorConfig(
    input_size=64,
    widths=(8, 8, 16, 16, 16),
    depths=(1, 1, 1),
    neck_width=16,
    head_depth=1,
    precision="float32",
    epochs=90,
    batch_size=8,
    learning_rate=5e-3,
    warmup_steps=20,
    ema_decay=0.95,
    scale_min=0.9,
    scale_max=1.1,
    shift=0.05,
)


def draw_squares(count, *, channels=1, size=64, seed=0):
    """Draw images with one bright square each; class 0 on dark ground, class 1 with a dark middle."""
    rng = np.random.default_rng(seed)
    samples = []
    for number in range(count):
        pixels = rng.integers(60, 90, (size, size, channels)).astype(np.uint8)
        xmin, ymin = rng.integers(4, 36, 2)
        side = int(rng.integers(14, 24))
        pixels[ymin : ymin + side, xmin : xmin + side] = 220
        kind = number % 2
        if kind:
            pixels[ymin + 4 : ymin + side - 4, xmin + 4 : xmin + side - 4] = 10
        box = [[xmin, ymin, xmin + side, ymin + side]]
        samples.append(Sample(f"square-{number}", box, [kind], pixels=np.squeeze(pixels)))
    return samples


def be_silent(progress):
    """Take a progress report and do nothing."""
