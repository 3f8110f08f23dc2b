"""Batches for the training step: cached images, varied in a thread while the step runs.

What a step sees depends on the seed and the step's number alone, so a resumed training goes on with the
same images.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np

from inference.detector.tiling import Tiling
from training.detector.assignment import PADDING
from training.detector.config import DetectorConfig
from training.detector.data.augmentation import Picture, augment, fit_picture, reduce_picture
from training.detector.data.mixing import mix
from training.detector.data.samples import Sample
from training.detector.data.tile_sampling import WHOLE, MissingImage, Views

AHEAD = 4  # batches made before they are asked for
BUCKETS = (
    8,
    16,
    64,
    256,
    1024,
    4096,
    16384,
)  # rows of boxes in a batch; few, since each traces the step anew


class Batch(NamedTuple):
    images: np.ndarray  # uint8 [B, S, S, C]
    boxes: np.ndarray  # float32 [B, M, 4]
    classes: np.ndarray  # int32 [B, M]


class PictureCache:
    """Pictures, read when first asked for; at the bound the longest unused are dropped."""

    def __init__(
        self,
        samples: Sequence[Sample],
        load: Callable[[str], np.ndarray] | None,
        config: DetectorConfig,
        tiling: Tiling | None = None,
    ) -> None:
        self.samples, self._load, self._config, self._tiling = samples, load, config, tiling
        self._pictures: OrderedDict[tuple[int, int], Picture] = OrderedDict()
        self._bytes_left = config.cache_megabytes * 2**20

    def get(self, index: int, level: int = WHOLE) -> Picture:
        """Return the picture of a sample at a level of the tiling. Raises MissingImage naming the file."""
        key = (index, level)
        picture = self._pictures.get(key)
        if picture is not None:
            self._pictures.move_to_end(key)
            return picture
        picture = self._read(self.samples[index], level)
        self._pictures[key] = picture
        self._bytes_left -= picture.pixels.nbytes
        while self._bytes_left < 0 and len(self._pictures) > 1:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes_left += oldest.pixels.nbytes
        return picture

    def show(self, views: Views, number: int) -> Picture:
        """Return the picture of a view, with its window when it is a tile."""
        level = int(views.levels[number])
        picture = self.get(int(views.samples[number]), level)
        if level == WHOLE:
            return picture
        x, y = views.corners[number].tolist()
        size = float(self._config.input_size)
        return replace(picture, window=(x, y, x + size, y + size))

    def _read(self, sample: Sample, level: int) -> Picture:
        pixels = sample.pixels
        if pixels is None:
            assert self._load is not None  # samples without pixels come with a reader
            try:
                pixels = self._load(sample.path)
            except (OSError, ValueError) as error:
                raise MissingImage(f"{sample.path}: the training image cannot be read ({error}).") from error
        parts = (np.asarray(pixels), sample.boxes, sample.classes, sample.difficult)
        if level == WHOLE or self._tiling is None:
            return fit_picture(*parts, self._config)
        return reduce_picture(*parts, level=level, tiling=self._tiling, channels=self._config.channels)


class EpochSampler:
    """Which views a step sees: every epoch is another permutation, rare views come as their weights say."""

    def __init__(self, views: Views, config: DetectorConfig) -> None:
        self.views, self.config = views, config
        self.steps = count_steps(views.length, config)
        self._epoch, self._order = -1, np.zeros(0, int)

    def pick(self, step: int) -> list[int]:
        """Return the numbers of the views of a step; a function of the seed and the step alone."""
        epoch, place = divmod(step, self.steps)
        if epoch != self._epoch:
            self._order = pick_epoch(self.views.weights, epoch, seed=self.config.seed)
            self._epoch = epoch
        start = place * self.config.batch_size
        places = range(start, start + self.config.batch_size)
        picked: list[int] = np.take(self._order, places, mode="wrap").tolist()
        return picked


def pick_epoch(weights: np.ndarray, epoch: int, *, seed: int) -> np.ndarray:
    """Return the views of an epoch in its order.

    A view of weight w comes floor(w) or ceil(w) times, on average w times (systematic sampling).
    """
    rng = np.random.default_rng((seed, epoch, 2))
    if (weights == 1).all():
        return rng.permutation(len(weights))
    length = max(1, round(float(weights.sum())))
    bounds = np.cumsum(weights) / weights.sum()
    marks = (np.arange(length) + rng.random()) / length
    return rng.permutation(np.minimum(np.searchsorted(bounds, marks, side="right"), len(weights) - 1))


def make_batch(cache: PictureCache, order: EpochSampler, step: int, *, mosaic: bool) -> Batch:
    """Make the batch of a step; mosaic allows what mixes several images."""
    config, views = order.config, order.views
    rng = np.random.default_rng((config.seed, step, 1))

    def draw_other() -> Picture:
        return augment([cache.show(views, int(rng.integers(len(views.samples))))], rng, config)

    pictures = []
    for number in order.pick(step):
        chosen = [number]
        if mosaic and rng.random() < config.mosaic:
            chosen += rng.integers(len(views.samples), size=3).tolist()
        picture = augment([cache.show(views, one) for one in chosen], rng, config)
        pictures.append(mix(picture, draw_other, rng, config) if mosaic else picture)
    return stack(pictures)


def count_steps(length: int, config: DetectorConfig) -> int:
    """Count the steps of an epoch; the last batch is filled up with examples of the same epoch."""
    return max(1, -(-length // config.batch_size))


def stack(pictures: list[Picture]) -> Batch:
    """Put pictures of one size into a batch, rows of class PADDING filling up to a bucket."""
    most = max(len(picture.boxes) for picture in pictures)
    rows = next((bucket for bucket in BUCKETS if bucket >= most), most)
    boxes = np.zeros((len(pictures), rows, 4), np.float32)
    classes = np.full((len(pictures), rows), PADDING, np.int32)
    for i, picture in enumerate(pictures):
        boxes[i, : len(picture.boxes)] = picture.boxes
        classes[i, : len(picture.classes)] = picture.classes
    return Batch(np.stack([picture.pixels for picture in pictures]), boxes, classes)


def prefetch(make: Callable[[int], Batch], first: int, *, ahead: int = AHEAD) -> Generator[Batch, None, None]:
    """Yield make(first), make(first + 1), ... made in a thread ahead of their use. Close it to end that.

    An error in the thread is raised here, in the order of the steps.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="detector-feed") as pool:
        ready = deque(pool.submit(make, first + offset) for offset in range(ahead))
        try:
            for step in count(first + ahead):
                yield ready.popleft().result()
                ready.append(pool.submit(make, step))
        finally:
            pool.shutdown(cancel_futures=True)
