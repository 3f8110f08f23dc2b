"""Synthetic surfaces of any size with small defects at known places, on disk as PNG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

KINDS = ("pit", "scratch", "stain")
SMALLEST, LARGEST = 8.0, 80.0  # pixels of a defect's longer side
GAP = 12.0


@dataclass(frozen=True)
class Frame:
    """One image on disk with its boxes [n, 4] and their class numbers."""

    path: Path
    boxes: np.ndarray
    classes: np.ndarray


def make_frames(
    folder: Path, count: int, *, seed: int, width: int = 1920, height: int = 1080, defects: int = 12
) -> list[Frame]:
    """Draw frames with so many defects each; their longer sides spread evenly over octaves."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    return [_make_frame(folder / f"frame-{n:03d}.png", rng, width, height, defects) for n in range(count)]


def _make_frame(path: Path, rng: np.random.Generator, width: int, height: int, defects: int) -> Frame:
    pixels = _draw_ground(rng, width, height)
    boxes: list[np.ndarray] = []
    classes: list[int] = []
    while len(boxes) < defects:
        number = int(rng.integers(len(KINDS)))
        side = float(np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST))))
        w, h = _shape(number, side, rng)
        x, y = rng.uniform(0, width - w), rng.uniform(0, height - h)
        box = np.array([x, y, x + w, y + h])
        if any(_near(box, other) for other in boxes):
            continue
        _draw_defect(pixels, box, number, rng)
        boxes.append(box)
        classes.append(number)
    Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8)).save(path, compress_level=1)
    return Frame(path, np.array(boxes).reshape(-1, 4), np.array(classes, int))


def _draw_ground(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Brushed metal: slow shading, lines along x, fine noise."""
    coarse = rng.normal(0, 1, (height // 120 + 2, width // 120 + 2)).astype(np.float32)
    shading = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    lines = rng.normal(0, 3, (height, 1))
    return 128 + 10 * shading + lines + rng.normal(0, 5, (height, width))


def _shape(number: int, side: float, rng: np.random.Generator) -> tuple[float, float]:
    short = side * rng.uniform(0.7, 1.0)
    if KINDS[number] == "scratch":
        short = max(3.0, side * rng.uniform(0.12, 0.3))
    return (side, short) if rng.random() < 0.5 else (short, side)


def _near(a: np.ndarray, b: np.ndarray) -> bool:
    return bool((a[:2] - GAP < b[2:]).all() and (b[:2] - GAP < a[2:]).all())


def _draw_defect(pixels: np.ndarray, box: np.ndarray, number: int, rng: np.random.Generator) -> None:
    """Draw a dark pit, a bright scratch across its box, or a faint stain; with soft borders."""
    left, top = np.floor(box[:2]).astype(int)
    right, low = np.ceil(box[2:]).astype(int)
    right, low = min(right, pixels.shape[1]), min(low, pixels.shape[0])
    y, x = np.mgrid[top:low, left:right] + 0.5
    middle, half = (box[:2] + box[2:]) / 2, np.maximum((box[2:] - box[:2]) / 2, 1.0)
    u, v = (x - middle[0]) / half[0], (y - middle[1]) / half[1]
    contrast = rng.uniform(0.7, 1.2)
    if KINDS[number] == "pit":
        shape, level = np.clip((1 - np.hypot(u, v)) * 4, 0, 1), -55.0
    elif KINDS[number] == "scratch":
        along, across = (u, y - middle[1]) if half[0] > half[1] else (v, x - middle[0])
        shape = np.clip(min(half) - np.abs(across) + 0.5, 0, 1) * (np.abs(along) <= 1)
        level = 60.0
    else:
        shape, level = np.clip((1 - np.maximum(np.abs(u), np.abs(v))) * 6, 0, 1), 28.0
    pixels[top:low, left:right] += contrast * level * shape
