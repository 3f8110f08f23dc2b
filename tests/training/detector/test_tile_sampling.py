"""Frames are cut when their defects would shrink away, and training sees the tiles with defects."""

from dataclasses import replace

import numpy as np
import pytest

from inference.detector.tiling import Tiling
from tests.training.squares import TINY
from training.detector.assignment import IGNORED
from training.detector.data.augmentation import augment, letterbox
from training.detector.data.batches import PictureCache
from training.detector.data.samples import Sample
from training.detector.data.tile_sampling import (
    WHOLE,
    MissingImage,
    choose_tiling,
    is_left_to_others,
    lay_out,
    measure_sizes,
    repeat_factors,
)

CONFIG = replace(TINY, input_size=64, tiles="auto", flip_horizontal=False, flip_vertical=False)


def frame(boxes, *, width=320, height=192, classes=None, difficult=()):
    pixels = np.full((height, width), 100, np.uint8)
    for xmin, ymin, xmax, ymax in np.array(boxes, int).reshape(-1, 4):
        pixels[ymin:ymax, xmin:xmax] = 220
    return Sample("frame", boxes, [0] * len(boxes) if classes is None else classes, difficult, pixels=pixels)


def choose(samples, config=CONFIG):
    return choose_tiling(samples, measure_sizes(samples, None), config=config)


def test_small_defects_on_large_frames_are_cut_into_tiles_that_overlap_by_one_defect():
    tiling = choose([frame([[10, 10, 22, 24], [200, 50, 212, 60]])])
    assert tiling == Tiling(64, 24)
    assert tiling.longest >= 14


@pytest.mark.parametrize(
    "sample",
    [
        frame([[10, 10, 150, 130]]),  # large enough when shrunk to a fifth
        frame([[10, 10, 22, 24]], width=64, height=64),  # nothing to cut
        frame([[10, 10, 14, 14]], width=72, height=60),  # hardly larger than the input
        frame([]),
    ],
)
def test_other_frames_are_seen_whole(sample):
    assert choose([sample]) is None


def test_the_choice_can_be_set():
    large, small = frame([[10, 10, 150, 130]]), frame([[10, 10, 22, 24]])
    assert choose([large], replace(CONFIG, tiles="always")).size == 64
    assert choose([small], replace(CONFIG, tiles="never")) is None
    assert choose([small], replace(CONFIG, tile_overlap=30)).overlap == 30
    assert choose([frame([[0, 0, 9, 9]], width=60, height=60)], replace(CONFIG, tiles="always")) is None


def test_long_defects_get_reduced_sizes_at_which_they_fit_but_thin_columns_do_not():
    small = [[x, 5, x + 10, 15] for x in range(0, 300, 30)]
    assert choose([frame(small)]).reductions == (1.0,)
    assert choose([frame([*small, [50, 40, 170, 120]])]).reductions == (1.0, 2.0, 4.0, 8.0)[:4]
    assert choose([frame([*small, [50, 0, 54, 192]])]).reductions == (1.0, 2.0)


def test_tiles_with_defects_come_every_epoch_and_empty_ones_by_turns():
    config = replace(CONFIG, empty_tiles=0.25)
    sample = frame([[10, 10, 22, 24]])
    sizes = measure_sizes([sample], None)
    views = lay_out([sample], sizes, Tiling(64, 16), config=config)
    full = views.weights >= 1
    assert full.sum() == 1
    assert views.corners[full].tolist() == [[0, 0]]
    assert views.weights[~full].sum() == pytest.approx(1 / 3)
    assert (views.levels == 0).all()
    only = lay_out([sample], sizes, Tiling(64, 16), config=replace(config, empty_tiles=0.0))
    assert len(only.samples) == 1


def test_a_tile_shows_its_pixels_and_boxes_unscaled():
    sample = frame([[100, 70, 112, 84], [125, 70, 150, 84]])
    tiling = Tiling(64, 16)
    config = replace(CONFIG, no_warp_share=1.0, brightness=0.0, contrast=0.0, empty_tiles=0.0)
    views = lay_out([sample], measure_sizes([sample], None), tiling, config=config)
    cache = PictureCache([sample], None, config, tiling)
    number = next(n for n in range(len(views.samples)) if views.corners[n].tolist() == [85, 42])
    for picture in (
        letterbox(cache.show(views, number), 64),
        augment([cache.show(views, number)], np.random.default_rng(0), config),
    ):
        np.testing.assert_array_equal(picture.pixels[..., 0], sample.pixels[42:106, 85:149])
        np.testing.assert_allclose(picture.boxes, [[15, 28, 27, 42], [40, 28, 64, 42]])
        assert picture.classes.tolist() == [0, 0]


def test_what_a_tile_cuts_away_is_neither_defect_nor_ground():
    sample = frame([[10, 10, 40, 24]])
    tiling = Tiling(64, 16)
    cache = PictureCache([sample], None, CONFIG, tiling)
    picture = replace(cache.get(0, 0), window=(36.0, 0.0, 100.0, 64.0))
    shown = letterbox(picture, 64)
    assert shown.classes.tolist() == [IGNORED]
    np.testing.assert_allclose(shown.boxes, [[0, 10, 4, 24]])


def test_a_reduced_size_does_not_learn_short_or_narrow_defects():
    tiling = Tiling(64, 24, (1, 2, 4))
    boxes = np.array([[0, 0, 8, 8], [0, 0, 30, 30], [0, 0, 100, 3.0]])
    assert is_left_to_others(boxes, 0, tiling).tolist() == [False] * 3
    assert is_left_to_others(boxes, 1, tiling).tolist() == [True, False, True]
    sample = frame([[0, 0, 8, 8], [20, 20, 60, 60]])
    picture = PictureCache([sample], None, CONFIG, tiling).get(0, 1)
    assert picture.pixels.shape == (96, 160, 1)
    assert picture.classes.tolist() == [IGNORED, 0]


def test_images_of_a_rare_type_are_repeated():
    common = [Sample("c", [[0, 0, 9, 9]], [0], size=(64, 64)) for _ in range(99)]
    rare = Sample("r", [[0, 0, 9, 9], [0, 0, 5, 5]], [0, 1], size=(64, 64))
    samples = [*common, rare]
    # One image in a hundred where one in ten is wanted: the root of ten times as often.
    np.testing.assert_allclose(repeat_factors(samples, 0.1), [1, np.sqrt(10)])
    views = lay_out(samples, None, None, config=CONFIG)
    assert views.weights[:-1].tolist() == [1.0] * 99
    assert views.weights[-1] == pytest.approx(np.sqrt(10))
    assert views.length == 102
    assert set(views.levels) == {WHOLE}
    assert lay_out(samples, None, None, config=replace(CONFIG, repeat_below=0.0)).length == 100


def test_only_unknown_sizes_are_read_and_a_lost_file_is_named():
    known = Sample("known.png", [], [], size=(7, 5))
    assert measure_sizes([known], None).tolist() == [[7, 5]]

    def load(path):
        raise FileNotFoundError(path)

    with pytest.raises(MissingImage, match=r"gone\.png"):
        measure_sizes([known, Sample("gone.png", [], [])], load)
