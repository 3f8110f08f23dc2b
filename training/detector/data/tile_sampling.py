"""What one training example shows: a whole image, or a tile of a large one at native or reduced size.

Whether images are cut is chosen from three sizes: the frames', the network's input and the labeled defects'.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from inference.detector.tiling import LEFT_TO_FINER, MARGIN, Tile, Tiling, plan
from training.detector.config import DetectorConfig
from training.detector.data.samples import Sample

WHOLE = -1  # level of a view that shows its image whole, fitted to the input
SMALL = 16.0  # pixels of the input; a defect that shrinks below is seen badly
SMALL_SHARE = 0.1  # of the boxes; when more than these would be small, frames are cut
LARGER = 1.25  # times the input; frames up to this are never cut by themselves
USUAL = 0.95  # share of the defects that fit into a tile whose sizes choose the overlap
LEAST_OVERLAP = 1 / 8  # of the tile
MOST_OVERLAP = 1 / 2
STEP = 8  # overlaps are multiples of it
NARROW = 2.0  # pixels; what is narrower at a reduced size is not learned there
SHOWN = 0.5  # share of a defect that a tile must show to count as one with a defect
MOST_REPEATS = 5.0


class MissingImage(OSError):
    """An image of the training set that can no longer be read."""


@dataclass(frozen=True, eq=False)
class Views:
    """All examples of a training: sample [n], level [n], corner [n, 2] as x, y in pixels of the level.

    weights [n] say how often a view comes in an epoch: 1 once, 2.5 two or three times, 0.1 in one of ten.
    """

    samples: np.ndarray
    levels: np.ndarray
    corners: np.ndarray
    weights: np.ndarray
    tiling: Tiling | None = None

    @property
    def length(self) -> int:
        """Return how many examples an epoch has."""
        return max(1, round(float(self.weights.sum())))


def choose_views(
    samples: Sequence[Sample], load: Callable[[str], np.ndarray] | None, config: DetectorConfig
) -> Views:
    """Return the views of a training, cut as choose_tiling says; raises MissingImage."""
    if config.tiles == "never":
        return lay_out(samples, None, None, config=config)
    sizes = measure_sizes(samples, load)
    return lay_out(samples, sizes, choose_tiling(samples, sizes, config=config), config=config)


def measure_sizes(samples: Sequence[Sample], load: Callable[[str], np.ndarray] | None) -> np.ndarray:
    """Return width and height of every sample, int [n, 2]; only what is not known is read.

    Raises MissingImage naming the file.
    """
    return np.array([sample.size or _read_size(sample, load) for sample in samples], int).reshape(-1, 2)


def _read_size(sample: Sample, load: Callable[[str], np.ndarray] | None) -> tuple[int, int]:
    assert load is not None  # samples without a size come with a reader
    try:
        height, width = np.shape(load(sample.path))[:2]
    except (OSError, ValueError) as error:
        raise MissingImage(f"{sample.path}: the training image cannot be read ({error}).") from error
    return width, height


def choose_tiling(samples: Sequence[Sample], sizes: np.ndarray, *, config: DetectorConfig) -> Tiling | None:
    """Say how the frames of a training are cut; None when they are seen whole.

    With tiles="auto" they are cut when more than SMALL_SHARE of the boxes would be smaller than SMALL pixels
    (the root of their area) after shrinking to the input. The overlap holds the usual defect; a defect that
    is longer gets reduced sizes at which it fits, as long as it is not narrower than NARROW there.
    """
    size = config.input_size
    longest = sizes.max(axis=1, initial=0)
    if config.tiles == "never" or not (longest > size).any():
        return None
    sides, frames = _learnable_sides(samples, longest)
    if config.tiles == "auto":
        shrunk = np.sqrt(sides.prod(axis=1)) * np.minimum(1.0, size / np.maximum(frames, 1))
        small = (shrunk < SMALL) & (frames > LARGER * size)
        if not len(small) or small.mean() <= SMALL_SHARE:
            return None
    overlap = config.tile_overlap or _choose_overlap(sides.max(axis=1, initial=0.0), size)
    first = Tiling(size, overlap)
    return Tiling(size, overlap, _choose_reductions(sides, longest.max(), first))


def _learnable_sides(samples: Sequence[Sample], longest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return width and height of every learnable box, and the longer side of its frame."""
    sides, frames = [np.zeros((0, 2))], [np.zeros(0)]
    for sample, frame in zip(samples, longest, strict=True):
        boxes = sample.boxes[~sample.difficult]
        sides.append(boxes[:, 2:] - boxes[:, :2])
        frames.append(np.full(len(boxes), frame))
    return np.concatenate(sides), np.concatenate(frames)


def _choose_overlap(lengths: np.ndarray, size: int) -> int:
    fitting = lengths[lengths + 2 * MARGIN <= size * MOST_OVERLAP]
    wanted = np.quantile(fitting, USUAL, method="higher") + 2 * MARGIN if len(fitting) else 0.0
    overlap = STEP * int(np.ceil(max(wanted, size * LEAST_OVERLAP) / STEP))
    return min(overlap, int(size * MOST_OVERLAP))


def _choose_reductions(sides: np.ndarray, frame: float, tiling: Tiling) -> tuple[float, ...]:
    reductions = [1.0]
    while frame / reductions[-1] > tiling.size:
        coarser = reductions[-1] * 2
        too_long = sides.max(axis=1, initial=0.0) > tiling.longest * reductions[-1]
        if not (too_long & (sides.min(axis=1, initial=np.inf) / coarser >= NARROW)).any():
            break
        reductions.append(coarser)
    return tuple(reductions)


def is_left_to_others(boxes: np.ndarray, level: int, tiling: Tiling) -> np.ndarray:
    """Say which boxes [n, 4] of a frame are not learned at a level: short ones and narrow ones; bool [n]."""
    if level <= 0 or not len(boxes):
        return np.zeros(len(boxes), bool)
    sides = boxes[:, 2:] - boxes[:, :2]
    short = sides.max(axis=1) < LEFT_TO_FINER * tiling.longest * tiling.reductions[level - 1]
    left: np.ndarray = short | (sides.min(axis=1) / tiling.reductions[level] < NARROW)
    return left


def lay_out(
    samples: Sequence[Sample], sizes: np.ndarray | None, tiling: Tiling | None, *, config: DetectorConfig
) -> Views:
    """Return the views of a training: each image whole, or its tiles with defects and some empty ones."""
    repeats = repeat_factors(samples, config.repeat_below)
    if tiling is None or sizes is None:
        count = len(samples)
        whole = np.full(count, WHOLE)
        return Views(np.arange(count), whole, np.zeros((count, 2)), _repeat(samples, repeats))
    parts, weights = [], []
    for index, (sample, (width, height)) in enumerate(zip(samples, sizes, strict=True)):
        tiles, places = _tiles_of(int(height), int(width), tiling)
        shows = _show(sample, tiles, places, tiling)
        weight = np.where(shows, repeats[sample.classes][None, :], 0.0).max(axis=1, initial=0.0)
        parts.append(np.array([[index, tile.level, tile.x, tile.y] for tile in tiles]))
        weights.append(weight)
    table, weight = np.concatenate(parts), np.concatenate(weights)
    full, empty = float(weight.sum()), weight == 0
    if empty.any():
        wanted = full * config.empty_tiles / (1 - config.empty_tiles)
        weight[empty] = min(1.0, wanted / empty.sum())
    used = weight > 0
    return Views(table[used, 0], table[used, 1], table[used, 2:].astype(float), weight[used], tiling)


@lru_cache(maxsize=64)
def _tiles_of(height: int, width: int, tiling: Tiling) -> tuple[list[Tile], np.ndarray]:
    tiles = plan(height, width, tiling)
    return tiles, np.array([tile.place for tile in tiles])


def _show(sample: Sample, tiles: list[Tile], places: np.ndarray, tiling: Tiling) -> np.ndarray:
    """Say which tiles show which learnable boxes well enough to learn from; bool [tiles, boxes]."""
    boxes = sample.boxes.astype(float)
    seen = np.minimum(boxes[None, :, 2:], places[:, None, 2:]) - np.maximum(
        boxes[None, :, :2], places[:, None, :2]
    )
    whole = np.minimum(boxes[:, 2:] - boxes[:, :2], (places[:, 2:] - places[:, :2])[:, None])
    shown = np.maximum(seen, 0.0).prod(axis=-1) >= SHOWN * np.maximum(whole.prod(axis=-1), 1e-9)
    levels = np.array([tile.level for tile in tiles])
    others = [is_left_to_others(boxes, level, tiling) for level in range(levels.max() + 1)]
    learnable: np.ndarray = shown & ~sample.difficult[None, :] & ~np.stack(others)[levels]
    return learnable


def repeat_factors(samples: Sequence[Sample], below: float) -> np.ndarray:
    """Return how often images of each class shall come in an epoch: max(1, sqrt(below / share of images)).

    Repeat factor sampling (Gupta et al., LVIS, 2019), at most MOST_REPEATS.
    """
    count = 1 + max((int(sample.classes.max(initial=-1)) for sample in samples), default=-1)
    shown = np.zeros(max(count, 0))
    for sample in samples:
        shown[np.unique(sample.classes[~sample.difficult])] += 1
    share = shown / max(1, len(samples))
    return np.clip(np.sqrt(below / np.maximum(share, 1e-9)), 1.0, MOST_REPEATS)


def _repeat(samples: Sequence[Sample], repeats: np.ndarray) -> np.ndarray:
    return np.array([max(1.0, repeats[sample.classes].max(initial=0.0)) for sample in samples])
