"""Numbers of a VOC file become half-open pixels and come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.formats import voc


def obj(xmin, ymin, xmax, ymax) -> voc.VocObject:
    return voc.VocObject(name="pit", xmin=xmin, ymin=ymin, xmax=xmax, ymax=ymax)


def pixels(*numbers, one_based=False) -> tuple:
    box = voc.pixel_box(obj(*numbers), one_based=one_based, width=100, height=50, name="a.xml", number=3)
    return (box.xmin, box.ymin, box.xmax, box.ymax, box.clipped)


def test_numbers_are_taken_as_they_are_by_default():
    assert pixels(1, 2, 30, 40) == (1, 2, 30, 40, False)


def test_devkit_numbers_are_shifted_by_one_at_the_start_only():
    assert pixels(1, 1, 100, 50, one_based=True) == (0, 0, 100, 50, False)


def test_a_devkit_box_of_one_pixel_is_not_empty():
    assert pixels(7, 7, 7, 7, one_based=True) == (6, 6, 7, 7, False)


def test_a_box_partly_outside_is_clipped_and_says_so():
    assert pixels(-5, 2, 130, 40) == (0, 2, 100, 40, True)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((30, 2, 10, 40), "is inverted: xmin is larger than xmax"),
        ((10, 40, 30, 2), "is inverted: ymin is larger than ymax"),
        ((10, 2, 10, 40), "is empty: xmin equals xmax"),
        ((100, 2, 110, 40), "lies outside the image of 100 × 50 pixels"),
        ((-9, 2, 0, 40), "lies outside the image of 100 × 50 pixels"),
    ],
)
def test_a_box_that_no_image_can_have_is_refused_with_its_path(numbers, sentence):
    with pytest.raises(voc.BadElement) as caught:
        pixels(*numbers)
    assert str(caught.value) == f"a.xml: annotation/object[3]/bndbox: {sentence}"


@given(
    st.lists(st.integers(1, 400), min_size=4, max_size=4).filter(lambda v: v[0] < v[2] and v[1] < v[3]),
    st.booleans(),
)
def test_pixels_turn_back_into_the_same_numbers(numbers, one_based):
    quarters = [number / 4 for number in numbers]
    box = voc.pixel_box(obj(*quarters), one_based=one_based, width=1000, height=1000)
    if not box.clipped:
        back = voc.file_coordinates(
            xmin=box.xmin, ymin=box.ymin, xmax=box.xmax, ymax=box.ymax, one_based=one_based
        )
        assert list(back) == quarters
