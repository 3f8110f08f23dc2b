"""The synthetic surfaces: repeatable, true to their boxes, and darker or brighter by grade."""

from collections import Counter

import numpy as np
import pytest

from webapp.demo import surfaces


@pytest.fixture(scope="module")
def many():
    return [surfaces.make_numbered(index, seed=3) for index in range(150)]


def test_a_number_and_a_seed_give_the_same_pixels_and_truth():
    pixels, defects = surfaces.make_numbered(11, seed=5)
    again, defects_again = surfaces.make_numbered(11, seed=5)
    other, _ = surfaces.make_numbered(11, seed=6)
    assert np.array_equal(pixels, again)
    assert defects == defects_again
    assert not np.array_equal(pixels, other)


def test_pixels_are_gray_bytes_of_the_asked_size():
    pixels, _ = surfaces.make_image(np.random.default_rng(0), size=160)
    assert pixels.shape == (160, 160)
    assert pixels.dtype == np.uint8


def test_boxes_lie_inside_the_image_and_have_an_area(many):
    for _, defects in many:
        for defect in defects:
            assert 0 <= defect.xmin < defect.xmax <= surfaces.SIZE
            assert 0 <= defect.ymin < defect.ymax <= surfaces.SIZE


def test_defects_do_not_touch_each_other(many):
    for _, defects in many:
        for number, one in enumerate(defects):
            for other in defects[number + 1 :]:
                apart_x = one.xmax <= other.xmin or other.xmax <= one.xmin
                apart_y = one.ymax <= other.ymin or other.ymax <= one.ymin
                assert apart_x or apart_y


def test_every_type_and_grade_occurs_and_some_surfaces_are_clean(many):
    seen = Counter((defect.defect_type, defect.grade) for _, defects in many for defect in defects)
    expected = {(name, grade) for name in surfaces.GRADED for grade in range(1, 6)} | {("stain", None)}
    assert set(seen) == expected
    assert any(not defects for _, defects in many)
    assert any(len(defects) > 1 for _, defects in many)


def test_columns_reach_from_the_top_to_the_bottom(many):
    columns = [d for _, defects in many for d in defects if d.defect_type == "column"]
    assert columns
    assert all((c.ymin, c.ymax) == (0, surfaces.SIZE) for c in columns)


@pytest.mark.parametrize("defect_type", surfaces.GRADED)
def test_a_higher_grade_stands_out_more_from_the_surface(many, defect_type):
    contrast = {grade: [] for grade in range(1, surfaces.LEVELS + 1)}
    for pixels, defects in many:
        for defect in defects:
            if defect.defect_type == defect_type:
                inside = pixels[int(defect.ymin) : int(defect.ymax), int(defect.xmin) : int(defect.xmax)]
                contrast[defect.grade].append(inside.astype(float).std())
    means = [np.mean(values) for values in contrast.values()]
    assert means == sorted(means)
