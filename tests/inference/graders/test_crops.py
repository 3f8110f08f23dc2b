"""Crops for graders: inside, at the borders and outside of the image."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.graders import crops

RAMP = np.tile(np.arange(200, dtype=np.uint8), (100, 1))


def test_a_square_is_centred_on_its_box_with_context():
    pixels = np.zeros((100, 100), np.uint8)
    pixels[40:60, 40:60] = 200
    cut = crops.crop(pixels, (40, 40, 60, 60), "square", shape=(30, 30))
    assert cut.shape == (30, 30)
    assert cut.dtype == np.uint8
    assert cut[15, 15] == 200
    assert cut[2, 2] == 0
    assert np.array_equal(cut, cut[::-1, ::-1])


def test_a_long_box_gives_a_square_as_wide_as_its_longer_side_with_context():
    cut = crops.crop(RAMP, (60, 40, 140, 50), "square", shape=(120, 120))
    assert cut[60, 0] == 40
    assert cut[60, -1] == 159


def test_outside_of_the_image_the_border_repeats():
    cut = crops.crop(RAMP, (180, 0, 200, 20), "square", shape=(30, 30))
    assert cut[:, -1].tolist() == [199] * 30
    assert cut[0].tolist() == cut[10].tolist()


def test_a_column_strip_takes_the_full_height_and_a_fixed_width():
    pixels = np.tile(np.arange(100, dtype=np.uint8)[:, None], (1, 200))
    cut = crops.crop(pixels, (90, 10, 100, 20), "column", shape=(100, 100))
    assert cut[0, 0] == 0
    assert cut[-1, 0] == 99
    across = crops.crop(RAMP, (90, 10, 100, 20), "column", shape=(32, 32))
    assert (across[0, 0], across[0, -1]) == (79, 110)


def test_a_row_strip_takes_the_full_width_and_stands_upright():
    cut = crops.crop(RAMP, (90, 40, 100, 50), "row", shape=(200, 32))
    assert cut.shape == (200, 32)
    assert (cut[0, 0], cut[-1, 0], cut[0, 0] == cut[0, -1]) == (0, 199, True)


def test_a_box_with_context_is_stretched_to_the_shape():
    cut = crops.crop(RAMP, (60, 40, 140, 60), "box", shape=(30, 120))
    assert (cut[0, 0], cut[0, -1]) == (40, 159)
    assert (cut[0] == cut[-1]).all()


@pytest.mark.parametrize(
    ("boxes", "policy"),
    [
        ([(50, 0, 60, 100)] * 3, "column"),
        ([(0, 50, 200, 60)] * 2 + [(10, 10, 20, 20)], "row"),
        ([(10, 10, 20, 40)] * 5, "square"),
        ([(0, 0, 200, 100)], "square"),
        ([], "square"),
    ],
)
def test_a_policy_is_chosen_by_the_shape_of_the_boxes(boxes, policy):
    assert crops.choose_policy(boxes, [(200, 100)] * len(boxes)) == policy


def test_a_strip_is_never_narrower_than_its_box():
    cut = crops.crop(RAMP, (50, 0, 150, 100), "column", shape=(100, 100))
    assert (cut[0, 0], cut[0, -1]) == (50, 149)


def test_a_colour_image_is_cut_as_its_luminance():
    pixels = np.zeros((50, 50, 3), np.uint8)
    pixels[..., 1] = 255
    cut = crops.crop(pixels, (10, 10, 30, 30), "square")
    assert cut.shape == (crops.SIZE, crops.SIZE)
    assert (cut == 150).all()


def test_an_empty_box_and_an_unknown_policy_are_refused():
    with pytest.raises(ValueError, match="has no area"):
        crops.crop(RAMP, (10, 10, 10, 20), "square")
    with pytest.raises(ValueError, match="is no crop policy"):
        crops.crop(RAMP, (10, 10, 20, 20), "round")


def test_no_boxes_give_no_crops():
    assert crops.crop_all(RAMP, [], "square").shape == (0, crops.SIZE, crops.SIZE)


@given(
    x=st.floats(-50, 250),
    y=st.floats(-50, 150),
    width=st.floats(0.01, 400),
    height=st.floats(0.01, 400),
    policy=st.sampled_from(crops.POLICIES),
)
def test_any_box_gives_a_crop_of_the_asked_size(x, y, width, height, policy):
    cut = crops.crop(RAMP, (x, y, x + width, y + height), policy, shape=(24, 16))
    assert cut.shape == (24, 16)
