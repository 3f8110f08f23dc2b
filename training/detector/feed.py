"""Batches for the training step: cached images, varied in a thread while the step runs.

What a step sees depends on the seed and the step's number alone, so a resumed training goes on with the
same images.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import NamedTuple

import numpy as np

from training.detector.assignment import PADDING
from training.detector.augmentation import Picture, augment, fit_picture
from training.detector.config import DetectorConfig
from training.detector.samples import Sample

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


class MissingImage(OSError):
    """An image of the training set that can no longer be read."""


class Batch(NamedTuple):
    images: np.ndarray  # uint8 [B, S, S, C]
    boxes: np.ndarray  # float32 [B, M, 4]
    classes: np.ndarray  # int32 [B, M]


class PictureCache:
    """Pictures, read when first asked for; at the bound the longest unused are dropped."""

    def __init__(
        self, samples: Sequence[Sample], load: Callable[[str], np.ndarray], config: DetectorConfig
    ) -> None:
        self.samples, self._load, self._config = samples, load, config
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._bytes_left = config.cache_megabytes * 2**20

    def get(self, index: int) -> Picture:
        """Return the picture of a sample. Raises MissingImage naming the file."""
        picture = self._pictures.get(index)
        if picture is not None:
            self._pictures.move_to_end(index)
            return picture
        picture = self._read(self.samples[index])
        self._pictures[index] = picture
        self._bytes_left -= picture.pixels.nbytes
        while self._bytes_left < 0 and len(self._pictures) > 1:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes_left += oldest.pixels.nbytes
        return picture

    def _read(self, sample: Sample) -> Picture:
        pixels = sample.pixels
        if pixels is None:
            try:
                pixels = self._load(sample.path)
            except (OSError, ValueError) as error:
                raise MissingImage(f"{sample.path}: the training image cannot be read ({error}).") from error
        return fit_picture(np.asarray(pixels), sample.boxes, sample.classes, sample.difficult, self._config)


def make_batch(cache: PictureCache, step: int, *, config: DetectorConfig, mosaic: bool) -> Batch:
    """Make the batch of a step."""
    rng = np.random.default_rng((config.seed, step, 1))
    pictures = []
    for index in pick_indices(len(cache.samples), step, config=config):
        chosen = [index]
        if mosaic and rng.random() < config.mosaic:
            chosen += rng.integers(len(cache.samples), size=3).tolist()
        pictures.append(augment([cache.get(i) for i in chosen], rng, config))
    return stack(pictures)


def count_steps(samples: int, config: DetectorConfig) -> int:
    """Count the steps of an epoch; the last batch is filled up with images of the same epoch."""
    return max(1, -(-samples // config.batch_size))


def pick_indices(samples: int, step: int, *, config: DetectorConfig) -> list[int]:
    """Return the indices of the samples of a step: every epoch is another permutation."""
    epoch, place = divmod(step, count_steps(samples, config))
    order = np.random.default_rng((config.seed, epoch, 2)).permutation(samples)
    start = place * config.batch_size
    return np.take(order, range(start, start + config.batch_size), mode="wrap").tolist()


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


def prefetch(make: Callable[[int], Batch], first: int, *, ahead: int = AHEAD) -> Iterator[Batch]:
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
