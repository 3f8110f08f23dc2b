"""Gray or color, 8 or 16 bit: a file reaches the network through the window, and the same is found."""

from dataclasses import replace

import numpy as np
import pytest
import tifffile

from annotations.imaging import decoding, gray_window
from inference.detector import saved_detectors
from tests.training.squares import TINY, draw_squares
from training.detector.data.augmentation import fit_picture
from training.detector.exporting.export import write_model
from training.detector.network import build

pytestmark = pytest.mark.slow


def read(path, window):
    return gray_window.apply_window(decoding.read_pixels(path), low=window[0], high=window[1])


def corners(found):
    return [(box.class_name, box.xmin, box.ymin, box.xmax, box.ymax, box.score) for box in found]


def test_sixteen_bits_and_color_files_are_found_like_eight_bits_of_gray(
    square_model, square_training, tmp_path
):
    _, samples, _ = square_training
    pixels = samples[0].pixels
    deep = pixels.astype(np.uint16) * 16  # twelve bits in a file of sixteen
    tifffile.imwrite(tmp_path / "deep.tif", deep)
    tifffile.imwrite(tmp_path / "color.tif", np.repeat(deep[..., None], 3, axis=-1), photometric="rgb")
    detector = saved_detectors.load(square_model)
    wanted = corners(detector.predict([pixels])[0])
    assert len(wanted) > 0
    for name in ("deep.tif", "color.tif"):
        image = read(tmp_path / name, (0, 255 * 16))
        np.testing.assert_array_equal(image, pixels)
        assert corners(detector.predict([image])[0]) == wanted
    color = np.repeat(pixels[..., None], 3, axis=-1)
    assert corners(detector.predict([color])[0]) == wanted


def test_a_color_model_takes_gray_images_as_colorless_ones(tmp_path):
    config = replace(TINY, channels=3, min_score=0.001)
    model = write_model(
        build(config, classes=1, precision="float32"),
        tmp_path / "model",
        config=config,
        class_names=["spot"],
    )
    detector = saved_detectors.load(model)
    pixels = draw_squares(1)[0].pixels
    colorless = np.repeat(pixels[..., None], 3, axis=-1)
    tinted = colorless.copy()
    tinted[..., 2] //= 2
    found = detector.predict([pixels, colorless, tinted], min_score=0.001)
    gray, same, other = ([number for box in corners(boxes) for number in box[1:]] for boxes in found)
    # They run in batches of different lengths, which round differently.
    assert gray == pytest.approx(same, abs=1e-3)
    assert gray != pytest.approx(other, abs=1e-3)


def test_training_on_color_takes_gray_images_too_and_the_other_way_round():
    boxes, classes, difficult = np.zeros((0, 4)), np.zeros(0, int), np.zeros(0, bool)
    gray_image, color_image = np.full((8, 8), 100, np.uint8), np.zeros((8, 8, 3), np.uint8)
    color_image[..., 1] = 100
    in_color = fit_picture(gray_image, boxes, classes, difficult, replace(TINY, channels=3))
    assert in_color.pixels.shape == (8, 8, 3)
    assert (in_color.pixels == 100).all()
    in_gray = fit_picture(color_image, boxes, classes, difficult, TINY)
    assert in_gray.pixels.shape == (8, 8, 1)
    assert (in_gray.pixels == 59).all()  # the luma of green
