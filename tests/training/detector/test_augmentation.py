from dataclasses import replace

import numpy as np
import pytest

from tests.training.squares import TINY
from training.detector.assignment import IGNORED
from training.detector.data.augmentation import Picture, augment, fit_picture, move_boxes, vary_gray, warp

STILL = replace(TINY, brightness=0.0, contrast=0.0)


def bright_square(xmin=10, ymin=20, xmax=30, ymax=50):
    pixels = np.full((64, 64, 1), 50, np.uint8)
    pixels[ymin:ymax, xmin:xmax] = 250
    return Picture(pixels, np.array([[xmin, ymin, xmax, ymax]], np.float32), np.array([1]))


def surround(pixels, threshold=150):
    rows, columns = np.nonzero(pixels[..., 0] > threshold)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_an_unmoved_picture_keeps_pixels_and_boxes():
    picture = bright_square()
    pixels, boxes, classes = warp(picture, np.array([[1.0, 0, 0], [0, 1.0, 0]]), (64, 64))
    np.testing.assert_array_equal(pixels, picture.pixels)
    np.testing.assert_allclose(boxes, picture.boxes)
    assert classes.tolist() == [1]


def test_a_flip_moves_pixels_and_boxes_alike():
    pixels, boxes, _ = warp(bright_square(), np.array([[-1.0, 0, 64], [0, 1.0, 0]]), (64, 64))
    np.testing.assert_allclose(boxes, [[34, 20, 54, 50]])
    assert surround(pixels) == [34, 20, 54, 50]


@pytest.mark.parametrize("seed", range(8))
def test_the_box_stays_around_its_defect(seed):
    config = replace(STILL, scale_min=0.7, scale_max=1.3)
    found = augment([bright_square(24, 24, 40, 40)], np.random.default_rng(seed), config)
    assert found.pixels.shape == (64, 64, 1)
    np.testing.assert_allclose(surround(found.pixels), found.boxes[0], atol=1.5)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("shape", [(64, 64), (40, 64)])
def test_a_turned_and_stretched_box_stays_around_its_defect(seed, shape):
    config = replace(STILL, rotate90=True, stretch=0.3)
    picture = bright_square(22, 12, 32, 32)
    picture = replace(picture, pixels=picture.pixels[: shape[0], : shape[1]])
    found = augment([picture], np.random.default_rng(seed), config)
    np.testing.assert_allclose(surround(found.pixels), found.boxes[0], atol=1.5)


def test_half_of_the_pictures_are_turned_and_a_stretch_keeps_the_area():
    config = replace(
        STILL, rotate90=True, stretch=0.5, no_warp_share=0.0, scale_min=1.0, scale_max=1.0, shift=0.0
    )
    found = [
        augment([bright_square(28, 22, 36, 42)], np.random.default_rng(seed), config) for seed in range(200)
    ]
    sides = np.array([one.boxes[0, 2:] - one.boxes[0, :2] for one in found])
    np.testing.assert_allclose(sides.prod(axis=1), 160, rtol=1e-3)
    assert 70 < (sides[:, 0] > sides[:, 1]).sum() < 130
    longer, shorter = sides.max(axis=1), sides.min(axis=1)
    assert 1.0 < (longer / shorter).min() < 1.4
    assert 4.5 < (longer / shorter).max() <= 5.63  # 20 / 8 x 1.5 x 1.5


@pytest.mark.parametrize("seed", range(8))
def test_a_mosaic_keeps_boxes_around_defects_of_four_pictures(seed):
    pictures = [bright_square(24, 24, 40, 40)] * 4
    found = augment(pictures, np.random.default_rng(seed), replace(STILL, mosaic=1.0))
    assert found.pixels.shape == (64, 64, 1)
    for xmin, ymin, xmax, ymax in found.boxes.round().astype(int):
        assert 0 <= xmin < xmax <= 64
        assert 0 <= ymin < ymax <= 64
        assert found.pixels[(ymin + ymax) // 2, (xmin + xmax) // 2, 0] > 150


def test_a_box_that_was_cut_to_a_sliver_is_dropped():
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 30]], np.float32)
    moved, kept = move_boxes(boxes, np.array([[1.0, 0, -9], [0, 1.0, 0]]), (64, 64))
    assert kept.tolist() == [False, True]
    np.testing.assert_allclose(moved[1], [11, 20, 21, 30])


def test_a_thin_column_is_kept():
    _, kept = move_boxes(
        np.array([[8, 0, 9, 64]], np.float32), np.array([[1.0, 0, 0], [0, 1.0, 0]]), (64, 64)
    )
    assert kept.all()


def test_a_small_image_is_not_interpolated_before_it_is_varied():
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8)
    picture = fit_picture(pixels, np.zeros((0, 4)), np.zeros(0), np.zeros(0, bool), TINY)
    np.testing.assert_array_equal(picture.pixels[..., 0], pixels)
    assert augment([picture], np.random.default_rng(0), TINY).pixels.shape == (64, 64, 1)


def test_an_unmoved_image_is_placed_as_prediction_places_it():
    config = replace(STILL, no_warp_share=1.0, flip_horizontal=False, flip_vertical=False)
    pixels = np.random.default_rng(0).integers(0, 255, (32, 64), np.uint8)
    picture = fit_picture(pixels, np.array([[4.0, 4, 20, 20]]), np.zeros(1), np.zeros(1, bool), config)
    found = augment([picture], np.random.default_rng(0), config)
    np.testing.assert_array_equal(found.pixels[:32, :, 0], pixels)
    assert (found.pixels[32:] == 128).all()
    np.testing.assert_allclose(found.boxes, [[4, 4, 20, 20]])


def test_gray_levels_vary_within_their_range():
    pixels = np.full((4, 4, 1), 128, np.uint8)
    for seed in range(20):
        varied = vary_gray(pixels, np.random.default_rng(seed), replace(TINY, brightness=0.1, contrast=0.5))
        assert abs(int(varied[0, 0, 0]) - 128) <= 26


def test_a_wide_image_is_fitted_with_its_boxes():
    pixels = np.zeros((100, 200), np.uint8)
    found = fit_picture(
        pixels, np.array([[20.0, 10, 100, 50]], np.float32), np.array([0]), np.array([True]), TINY
    )
    assert found.pixels.shape == (32, 64, 1)
    np.testing.assert_allclose(found.boxes, [[6.4, 3.2, 32, 16]])
    assert found.classes.tolist() == [IGNORED]


def test_three_channels_are_warped_too():
    config = replace(TINY, channels=3)
    picture = fit_picture(
        np.full((64, 64), 90, np.uint8), np.zeros((0, 4)), np.zeros(0), np.zeros(0, bool), config
    )
    found = augment([picture], np.random.default_rng(0), config)
    assert found.pixels.shape == (64, 64, 3)
    assert len(found.boxes) == 0
