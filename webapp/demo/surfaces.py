"""Synthetic surfaces: brushed gray metal with scratches, pits, dashed columns and stains.

A graded defect has a depth, its grade plus at most `DEPTH_SPREAD`, and everything that can be seen of it
follows from that depth: contrast and width of a scratch, darkness and radius of a pit, brightness and fill of
a column. So the true grade is known, neighbouring grades come close to each other, and they never overlap.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

SIZE = 256
LEVELS = 5
TYPES = ("scratch", "pit", "column", "stain")
GRADED = ("scratch", "pit", "column")
DEPTH_SPREAD = 0.3

CLEAN_SHARE = 0.15
COUNT_SHARES = {1: 0.45, 2: 0.35, 3: 0.20}
SUPERSAMPLING = 4
VISIBLE = 0.2  # a pixel belongs to a defect's box when at least this share of its full effect reaches it
PLACING_TRIES = 12
MARGIN = 4.0  # pixels kept free between two boxes


@dataclass(frozen=True)
class Defect:
    """One true defect: type, half-open box in pixels, grade 1 to `LEVELS` or None for a stain."""

    defect_type: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    grade: int | None


def make_image(rng: np.random.Generator, *, size: int = SIZE) -> tuple[np.ndarray, list[Defect]]:
    """Draw one surface: uint8 `[size, size]` pixels and its true defects, in order of drawing."""
    surface = _metal(rng, size)
    defects: list[Defect] = []
    for _ in range(_defect_count(rng)):
        defect_type = str(rng.choice(_types_left(defects)))
        placed = _place(rng, defect_type, size, defects)
        if placed is not None:
            effect, defect = placed
            surface = surface + effect
            defects.append(defect)
    lit = surface * _illumination(rng, size)
    noisy = lit + 3.0 * _noise(rng, size)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8), defects


def make_numbered(index: int, *, seed: int, size: int = SIZE) -> tuple[np.ndarray, list[Defect]]:
    """Draw surface number `index` of the series `seed`: always the same pixels and the same truth."""
    return make_image(np.random.default_rng([seed, index]), size=size)


def _defect_count(rng: np.random.Generator) -> int:
    if rng.random() < CLEAN_SHARE:
        return 0
    return int(rng.choice(list(COUNT_SHARES), p=list(COUNT_SHARES.values())))


def _types_left(defects: list[Defect]) -> list[str]:
    """A surface holds one column and one stain at most: two of either would read as one."""
    once = {defect.defect_type for defect in defects} & {"column", "stain"}
    return [name for name in TYPES if name not in once]


def _place(
    rng: np.random.Generator, defect_type: str, size: int, others: list[Defect]
) -> tuple[np.ndarray, Defect] | None:
    """Draw a defect where it touches no other one; None when the surface is too full."""
    for _ in range(PLACING_TRIES):
        grade = int(rng.integers(1, LEVELS + 1)) if defect_type in GRADED else None
        depth = 0.0 if grade is None else grade + float(rng.uniform(-DEPTH_SPREAD, DEPTH_SPREAD))
        cover, effect = DRAWERS[defect_type](rng, size, depth)
        bounds = _bounds(cover)
        if bounds is None:
            continue
        defect = Defect(defect_type, *bounds, grade=grade)
        if not any(_touch(defect, other) for other in others):
            return effect, defect
    return None


def _bounds(cover: np.ndarray) -> tuple[float, float, float, float] | None:
    """Box around the pixels whose cover (0 to 1) is visible: xmin, ymin, xmax, ymax, half-open."""
    rows = np.flatnonzero((cover >= VISIBLE).any(axis=1))
    columns = np.flatnonzero((cover >= VISIBLE).any(axis=0))
    if rows.size < 2 or columns.size < 2:
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _touch(one: Defect, other: Defect) -> bool:
    return (
        one.xmin - MARGIN < other.xmax
        and other.xmin - MARGIN < one.xmax
        and one.ymin - MARGIN < other.ymax
        and other.ymin - MARGIN < one.ymax
    )


def _noise(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.standard_normal((size, size), np.float32)


def _metal(rng: np.random.Generator, size: int) -> np.ndarray:
    """Brushed metal: streaks along x, slow patches, fine grain, and dust that is no defect."""
    streaks = ndimage.gaussian_filter(_noise(rng, size), (0.7, 14.0), truncate=3.0)
    patches = ndimage.zoom(rng.normal(size=(size // 32 + 1, size // 32 + 1)), 32, order=1)[:size, :size]
    grain = ndimage.gaussian_filter(_noise(rng, size), 0.8)
    surface: np.ndarray = 132.0 + 5.0 * streaks / streaks.std() + 2.5 * patches + 3.0 * grain / grain.std()
    for _ in range(rng.integers(2, 7)):
        row, length = rng.integers(0, size), int(rng.integers(size // 8, size // 3))
        start = int(rng.integers(0, size - length))
        surface[row, start : start + length] += rng.uniform(-14.0, 14.0)
    dust = rng.integers(0, size, (int(rng.integers(4, 14)), 2))
    surface[dust[:, 0], dust[:, 1]] += rng.uniform(10.0, 35.0, len(dust))
    return surface


def _illumination(rng: np.random.Generator, size: int) -> np.ndarray:
    """A light from one side: a gradient of up to 14 % to each side, and up to 8 % of exposure."""
    angle, strength = rng.uniform(0.0, 2 * np.pi), rng.uniform(0.03, 0.14)
    axis = np.linspace(-1.0, 1.0, size)
    slope = np.cos(angle) * axis[None, :] + np.sin(angle) * axis[:, None]
    light: np.ndarray = rng.uniform(0.92, 1.08) * (1.0 + strength * slope)
    return light


def _stroke(points: list[tuple[float, float]], size: int, width: float) -> np.ndarray:
    """Cover of a line through `points` (x, y in pixels), `width` pixels wide: float [size, size], 0 to 1."""
    canvas = Image.new("L", (size * SUPERSAMPLING, size * SUPERSAMPLING), 0)
    scaled = [(x * SUPERSAMPLING, y * SUPERSAMPLING) for x, y in points]
    ImageDraw.Draw(canvas).line(scaled, fill=255, width=max(1, round(width * SUPERSAMPLING)), joint="curve")
    return np.asarray(canvas.reduce(SUPERSAMPLING), np.float64) / 255.0


def _scratch(rng: np.random.Generator, size: int, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """A bent groove, deeper means darker and wider, with a bright burr along one side."""
    length, angle = rng.uniform(0.2, 0.55) * size, np.deg2rad(rng.choice([-1, 1]) * rng.uniform(18.0, 68.0))
    middle = rng.uniform(0.15 * size, 0.85 * size, 2)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    bend = rng.uniform(-0.12, 0.12) * length
    steps = np.linspace(-0.5, 0.5, 17)
    line = middle + np.outer(steps * length, along) + np.outer(bend * (1.0 - 4.0 * steps**2), across)
    cover = _stroke([(x, y) for x, y in line], size, 1.4 + 0.35 * depth)
    strength = 12.0 + 11.0 * depth
    burr = ndimage.shift(cover, (0.0, 1.5 + 0.2 * depth), order=1)
    return cover, strength * (0.25 * burr * (1.0 - cover) - cover)


def _pit(rng: np.random.Generator, size: int, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """A round hole, deeper means darker and wider, with a bright rim on the side away from the light."""
    radius = 7.0 + 1.1 * depth + rng.uniform(-0.8, 0.8)
    stretch, angle = rng.uniform(0.8, 1.25), rng.uniform(0.0, np.pi)
    x, y = rng.uniform(0.06 * size, 0.94 * size, 2)
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    u = np.cos(angle) * (columns - x) + np.sin(angle) * (rows - y)
    v = -np.sin(angle) * (columns - x) + np.cos(angle) * (rows - y)
    distance = np.hypot(u / stretch, v * stretch) / radius
    cover = 1.0 / (1.0 + np.exp((distance - 0.9) * 9.0))
    rim = np.exp(-(((distance - 1.15) / 0.16) ** 2)) * (columns > x)
    strength = 10.0 + 13.0 * depth
    return cover, strength * (0.3 * rim - cover)


def _column(rng: np.random.Generator, size: int, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """Bright dashes from the top edge to the bottom edge; deeper means brighter and less gap."""
    track = rng.uniform(12.0, 20.0)
    left = rng.uniform(2.0, size - track - 2.0)
    fill = 0.38 + 0.08 * depth
    cover = np.zeros((size, size))
    y = -rng.uniform(0.0, 8.0)
    while y < size:
        dash = rng.uniform(9.0, 15.0)
        x = left + rng.uniform(0.0, 0.25) * track
        width = rng.uniform(0.65, 0.75) * track
        cover[max(0, round(y)) : max(0, round(y + dash)), round(x) : round(x + width)] = 1.0
        y += dash / fill
    strength = 7.0 + 8.0 * depth
    effect = strength * ndimage.gaussian_filter(cover, 0.8)
    x_ends = np.flatnonzero(cover.any(axis=0))
    full = np.zeros_like(cover)
    full[:, x_ends[0] : x_ends[-1] + 1] = 1.0
    return full, effect


def _stain(rng: np.random.Generator, size: int, depth: float) -> tuple[np.ndarray, np.ndarray]:
    """A dried drop: an uneven dark patch with a darker border. It has no grade, so `depth` is not used."""
    del depth
    radius = rng.uniform(0.10, 0.19) * size
    x, y = rng.uniform(1.1 * radius, size - 1.1 * radius, 2)
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    angle = np.arctan2(rows - y, columns - x)
    edge = 1.0
    for wave in range(2, 6):
        edge = edge + rng.uniform(-0.09, 0.09) * np.cos(wave * angle + rng.uniform(0.0, 2 * np.pi))
    distance = np.hypot(columns - x, rows - y) / (radius * edge)
    cover = 1.0 / (1.0 + np.exp((distance - 1.0) * 16.0))
    ring = np.exp(-(((distance - 0.94) / 0.07) ** 2))
    return cover, -rng.uniform(13.0, 26.0) * (0.7 * cover + 0.6 * ring)


Drawer = Callable[[np.random.Generator, int, float], tuple[np.ndarray, np.ndarray]]
DRAWERS: dict[str, Drawer] = {"scratch": _scratch, "pit": _pit, "column": _column, "stain": _stain}
