from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from tests.training.squares import TINY, draw_squares
from training.detector.assignment import PADDING
from training.detector.data.augmentation import Picture
from training.detector.data.batches import (
    EpochSampler,
    PictureCache,
    count_steps,
    make_batch,
    pick_epoch,
    prefetch,
    stack,
)
from training.detector.data.samples import BadSample, Sample
from training.detector.data.tile_sampling import MissingImage, lay_out


def test_every_epoch_sees_every_image():
    config = replace(TINY, batch_size=4)
    assert count_steps(10, config) == 3
    order = EpochSampler(lay_out(draw_squares(10), None, None, config=config), config)
    seen = [index for step in range(3) for index in order.pick(step)]
    assert set(seen) == set(range(10))
    assert len(seen) == 12


def test_a_step_makes_the_same_batch_again_after_a_resume():
    config = replace(TINY, mosaic=0.5, mixup=0.5, copy_paste=0.5)
    samples = draw_squares(10)
    first, again = (
        make_batch(
            PictureCache(samples, None, config),
            EpochSampler(lay_out(samples, None, None, config=config), config),
            7,
            mosaic=True,
        )
        for _ in range(2)
    )
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_rare_views_come_as_often_as_their_weights_say():
    weights = np.array([1.0, 2.5, 0.2, 0.3])
    counts = sum(np.bincount(pick_epoch(weights, epoch, seed=3), minlength=4) for epoch in range(300))
    np.testing.assert_allclose(counts / 300, weights, atol=0.1)
    one = np.bincount(pick_epoch(weights, 0, seed=3), minlength=4)
    assert (one >= np.floor(weights)).all()
    assert (one <= np.ceil(weights)).all()


def test_a_thousand_boxes_get_a_larger_bucket():
    boxes = np.tile(np.array([[1.0, 1, 5, 5]], np.float32), (1000, 1))
    crowded = Picture(np.zeros((64, 64, 1), np.uint8), boxes, np.zeros(1000, np.int32))
    empty = Picture(np.zeros((64, 64, 1), np.uint8), np.zeros((0, 4), np.float32), np.zeros(0, np.int32))
    batch = stack([crowded, empty])
    assert batch.boxes.shape == (2, 1024, 4)
    assert (batch.classes[1] == PADDING).all()
    assert stack([empty]).boxes.shape == (1, 8, 4)


def test_the_cache_reads_an_image_once_and_keeps_to_its_bound():
    reads = []

    def load(path):
        reads.append(path)
        return np.zeros((1024, 1024), np.uint8)

    config = replace(TINY, input_size=1024, cache_megabytes=2)
    samples = [Sample(str(number), [], []) for number in range(3)]
    cache = PictureCache(samples, load, config)
    for index in (0, 1, 1, 0, 2, 0):
        cache.get(index)
    assert reads == ["0", "1", "2"]
    cache.get(1)
    assert reads == ["0", "1", "2", "1"]


def test_an_image_that_cannot_be_read_is_named():
    def load(path):
        raise FileNotFoundError(path)

    cache = PictureCache([Sample("gone.png", [], [])], load, TINY)
    with pytest.raises(MissingImage, match=r"gone\.png"):
        cache.get(0)


def test_an_error_in_the_thread_arrives_at_its_step():
    def make(step):
        if step == 7:
            raise MissingImage("seven.png")
        return step

    with closing(prefetch(make, 5)) as batches:
        assert [next(batches), next(batches)] == [5, 6]
        with pytest.raises(MissingImage):
            next(batches)


def test_boxes_and_classes_must_agree():
    with pytest.raises(BadSample, match=r"scratch\.png"):
        Sample("scratch.png", [[0, 0, 1, 1]], [])
    with pytest.raises(BadSample, match="not a number"):
        Sample("scratch.png", [[0, 0, float("nan"), 1]], [0])
