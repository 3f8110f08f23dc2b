"""Marks on images: inside, readable, and unharmed by any name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.inspections import drawing
from inference.pipeline import Finding

GRAY = np.full((120, 160), 128, np.uint8)
COLORS = {"pit": "#0072B2", "stain": "#F0E442"}


def finding(name="pit", box=(40, 50, 80, 90), **fields) -> Finding:
    return Finding(name, *map(float, box), **{"score": 0.9, **fields})


def painted(picture, color):
    """Return the boolean mask of the pixels of one color."""
    rgb = tuple(int(color[i : i + 2], 16) for i in (1, 3, 5))
    return (np.asarray(picture) == rgb).all(axis=2)


def test_the_frame_stands_on_the_borders_of_the_half_open_box():
    mask = painted(drawing.draw(GRAY, [finding()], colors=COLORS), COLORS["pit"])
    assert mask[50, 40:80].all()
    assert mask[89, 40:80].all()
    assert mask[50:90, 40].all()
    assert mask[50:90, 79].all()
    assert not mask[90:].any()
    assert not mask[52:88, 42:78].any()


def test_a_graded_defect_shows_its_severity_and_another_one_its_score():
    graded = finding(grade_probabilities=(0.5, 0.5), severity=0.75)
    assert drawing.label_of(graded) == "pit severity 0.75"
    assert drawing.label_of(finding("stain", severity=0.9)) == "stain score 0.90"


def test_an_image_without_findings_is_only_copied():
    picture = drawing.draw(GRAY, [], colors=COLORS)
    assert picture.mode == "RGB"
    assert np.array_equal(np.asarray(picture)[..., 0], GRAY)


def test_color_images_keep_their_colors():
    pixels = np.zeros((50, 60, 3), np.uint8)
    pixels[..., 2] = 200
    assert np.asarray(drawing.draw(pixels, [], colors={}))[0, 0].tolist() == [0, 0, 200]


@pytest.mark.parametrize("name", ["Kratzer-Größe", "划痕", "царапина", "خدش", "a\nb\tc", "😀", "x" * 300])
def test_any_name_can_be_drawn(name):
    assert drawing.draw(GRAY, [finding(name)], colors={}).size == (160, 120)


def test_labels_of_neighbours_do_not_cover_each_other():
    findings = [finding(box=(10, 60, 30, 80)), finding("stain", box=(32, 60, 52, 80), score=0.8)]
    picture = drawing.draw(GRAY, findings, colors=COLORS)
    for color in COLORS.values():
        assert painted(picture, color).sum() > 4 * 20 + 200


def test_letters_are_black_on_light_and_white_on_dark_colors():
    assert drawing.ink_on("#F0E442") == "black"
    assert drawing.ink_on("#0072B2") == "white"


@given(
    x=st.floats(-20, 160),
    y=st.floats(-20, 120),
    width=st.floats(1, 200),
    height=st.floats(1, 200),
    size=st.sampled_from([(1, 1), (8, 300), (300, 8), (40, 40), (120, 160)]),
)
def test_no_box_and_no_size_breaks_the_drawing(x, y, width, height, size):
    pixels = np.zeros(size, np.uint8)
    picture = drawing.draw(pixels, [finding(box=(x, y, x + width, y + height))], colors=COLORS)
    assert picture.size == size[::-1]


@given(x=st.integers(0, 150), y=st.integers(0, 110))
def test_a_label_is_whole_wherever_the_box_is(x, y):
    font = drawing.ImageFont.load_default(drawing.LEAST_TEXT)
    area, text = drawing._place(finding(box=(x, y, x + 10, y + 10)), font, 1, (160, 120), [])
    assert text == "pit score 0.90"
    assert area[0] >= 0
    assert area[1] >= 0
    assert area[2] <= 160
    assert area[3] <= 120
