"""Whatever lies on a large frame is found once: tiles overlap enough, and pieces become whole boxes."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.detector.tiling import (
    MARGIN,
    Boxes,
    Tiling,
    cut,
    levels_of,
    merge,
    place_along,
    plan,
    to_frame,
)

TILING = Tiling(64, 24)
PYRAMID = Tiling(64, 24, (1, 2, 4, 8))


def look(frame, truths, tiling, *, jitter=None):
    """Do what a perfect detector would: report the part of each true box that a tile shows."""
    tiles = plan(*frame, tiling)
    boxes, scores, classes, origins = [], [], [], []
    for number, tile in enumerate(tiles):
        for truth, kind in truths:
            seen = np.array(truth, float) / (tile.scale * 2) - [tile.x, tile.y] * 2
            seen = np.clip(seen, 0, tiling.size)
            if (seen[2:] - seen[:2]).min() <= 0.01:
                continue
            if jitter is not None:
                seen = seen + jitter.uniform(-0.7, 0.7, 4)
            boxes.append(to_frame(seen[None], tile)[0])
            scores.append(0.9 if jitter is None else jitter.uniform(0.5, 0.95))
            classes.append(kind)
            origins.append(number)
    found = Boxes(
        np.array(boxes).reshape(-1, 4), np.array(scores), np.array(classes, int), np.array(origins, int)
    )
    return merge(found, tiles, tiling)


@st.composite
def boxes_on_frames(draw, longest=600, shortest=1):
    height, width = draw(st.integers(20, 500)), draw(st.integers(20, 700))
    w = draw(st.floats(shortest, min(width, longest)))
    h = draw(st.floats(shortest, min(height, longest)))
    x, y = draw(st.floats(0, width - w)), draw(st.floats(0, height - h))
    return (height, width), (x, y, x + w, y + h)


@settings(max_examples=80, deadline=None)
@given(boxes_on_frames(longest=TILING.longest))
def test_a_small_box_anywhere_is_found_exactly_once_and_exactly(case):
    frame, truth = case
    found = look(frame, [(truth, 3)], TILING)
    assert len(found.boxes) == 1
    np.testing.assert_allclose(found.boxes[0], truth, atol=1e-6)
    assert found.classes[0] == 3


@settings(max_examples=80, deadline=None)
@given(boxes_on_frames(), st.sampled_from([TILING, PYRAMID]))
def test_a_box_of_any_size_anywhere_is_found_exactly_once(case, tiling):
    frame, truth = case
    found = look(frame, [(truth, 0)], tiling)
    assert len(found.boxes) == 1
    np.testing.assert_allclose(found.boxes[0], truth, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_separate_boxes_stay_separate(seed, count):
    rng = np.random.default_rng(seed)
    cells = rng.permutation(list(itertools.product(range(6), range(4))))[:count]
    truths = []
    for column, row in cells:
        corner = np.array([column * 60, row * 60]) + rng.uniform(0, 20, 2)
        truths.append(((*corner, *(corner + rng.uniform(3, 38, 2))), int(rng.integers(2))))
    found = look((240, 360), truths, PYRAMID)
    assert sorted(map(tuple, np.round(found.boxes, 6))) == sorted(
        tuple(np.round(truth, 6)) for truth, _ in truths
    )


@settings(max_examples=60, deadline=None)
@given(boxes_on_frames(longest=TILING.longest - 3, shortest=10), st.integers(0, 10_000))
def test_a_detector_that_is_half_a_pixel_off_doubles_nothing(case, seed):
    frame, truth = case
    found = look(frame, [(truth, 0)], TILING, jitter=np.random.default_rng(seed))
    assert len(found.boxes) == 1
    np.testing.assert_allclose(found.boxes[0], truth, atol=1.6)


def test_a_column_of_four_pixels_over_the_whole_height_is_one_box():
    found = look((1080, 1920), [((700, 0, 704, 1080), 1)], Tiling(224, 88))
    np.testing.assert_allclose(found.boxes, [[700, 0, 704, 1080]])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000), st.integers(16, 256), st.data())
def test_tiles_cover_the_side_and_overlap_enough(length, size, data):
    overlap = data.draw(st.integers(0, size // 2))
    starts = place_along(length, Tiling(size, overlap))
    assert starts[0] == 0
    assert starts[-1] == max(0, length - size)
    assert all(0 < b - a <= size - overlap for a, b in itertools.pairwise(starts))


def test_the_levels_end_where_the_frame_fits_into_one_tile():
    assert levels_of(100, 200, PYRAMID) == [(100, 200), (50, 100), (25, 50)]
    assert levels_of(10, 20, PYRAMID) == [(10, 20)]
    assert len(plan(1080, 1920, Tiling(224, 88))) == 14 * 8


def test_a_better_box_takes_out_the_piece_inside_it_from_another_tile():
    tiles = plan(64, 104, TILING)
    assert [tile.x for tile in tiles] == [0, 40]
    # The second tile shows the end of a defect of which the first one shows all.
    found = Boxes(
        np.array([[30.0, 10, 50, 20], [40.0, 10, 50, 20]]),
        np.array([0.4, 0.9]),
        np.array([0, 0]),
        np.array([0, 1]),
    )
    kept = merge(found, tiles, TILING)
    np.testing.assert_allclose(kept.boxes, [[30, 10, 50, 20]])
    other = Boxes(found.boxes, found.scores, np.array([0, 1]), found.tiles)
    assert len(merge(other, tiles, TILING).boxes) == 2


def test_a_faint_piece_does_not_lengthen_a_sure_one():
    tiles = plan(64, 104, TILING)
    pieces = np.array([[20.0, 10, 64, 20], [40.0, 10, 90, 20]])
    found = Boxes(pieces, np.array([0.9, 0.8]), np.array([0, 0]), np.array([0, 1]))
    np.testing.assert_allclose(merge(found, tiles, TILING).boxes, [[20, 10, 90, 20]])
    faint = Boxes(pieces, np.array([0.9, 0.1]), found.classes, found.tiles)
    np.testing.assert_allclose(merge(faint, tiles, TILING).boxes[0], pieces[0])


def test_nothing_found_merges_to_nothing():
    nothing = Boxes(np.zeros((0, 4)), np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    assert len(merge(nothing, plan(100, 200, PYRAMID), PYRAMID).boxes) == 0


def test_tiles_hold_the_pixels_of_their_place():
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (90, 150, 1)).astype(np.uint8)
    tiling = Tiling(64, 24, (1, 2, 4))
    tiles = plan(90, 150, tiling)
    parts = list(cut(frame, tiles, 64))
    assert {part.shape for part in parts} == {(64, 64, 1)}
    for tile, part in zip(tiles, parts, strict=True):
        if tile.level == 0:
            np.testing.assert_array_equal(part, frame[tile.y : tile.y + 64, tile.x : tile.x + 64])
    assert (parts[-1][23:] == 128).all()
    assert abs(float(parts[-1][:22, :37].mean()) - float(frame.mean())) < 2


def test_a_tiling_survives_json_and_refuses_nonsense():
    assert Tiling.from_dict(PYRAMID.to_dict()) == PYRAMID
    assert Tiling.from_dict(None) is None
    assert TILING.longest == 24 - 2 * MARGIN
    with pytest.raises(ValueError, match="cannot overlap"):
        Tiling(64, 64)
    with pytest.raises(ValueError, match="reductions"):
        Tiling(64, 8, (0.5,))
