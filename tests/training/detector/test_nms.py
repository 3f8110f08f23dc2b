"""Final boxes of what every point says: the weaker of two is dropped, and still has a say in the place."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from training.detector.nms import LEAST_VOTERS, suppress


def find(scores, boxes, **changed):
    """Suppress one image's scores [P, K] and boxes [P, 4]; return boxes, scores and classes."""
    options = {"most": 20, "iou": 0.5, "vote": 0.5, "least": 0.01, **changed}
    tensors = (tf.constant(np.array(part, np.float32)[None]) for part in (scores, boxes))
    found = suppress(*tensors, **options)
    count = int(found.count[0])
    return tuple(part[0, :count].numpy() for part in (found.boxes, found.scores, found.classes))


def test_the_kept_box_moves_towards_the_one_it_dropped_by_score_and_overlap():
    boxes, scores, classes = find([[0.8], [0.4]], [[0, 0, 10, 10], [0, 0, 10, 8]])
    share = 0.4 * 0.8 / (0.8 + 0.4 * 0.8)
    assert boxes == pytest.approx(np.array([[0, 0, 10, 10 - 2 * share]]), abs=1e-4)
    assert scores == pytest.approx([0.8])
    assert classes.tolist() == [0]


def test_boxes_of_another_type_have_no_say():
    boxes, *_ = find([[0.8, 0.0], [0.0, 0.4]], [[0, 0, 10, 10], [0, 0, 10, 8]])
    assert boxes.tolist() == [[0, 0, 10, 10], [0, 0, 10, 8]]


def test_a_vote_of_one_leaves_boxes_as_they_are():
    boxes, *_ = find([[0.8], [0.4]], [[0, 0, 10, 10], [0, 0, 10, 9]], vote=1.0)
    assert boxes.tolist() == [[0, 0, 10, 10]]


def test_what_overlaps_less_than_the_vote_has_no_say():
    boxes, *_ = find([[0.8], [0.4]], [[0, 0, 10, 10], [0, 0, 10, 7]], vote=0.8)
    assert boxes.tolist() == [[0, 0, 10, 10]]


def test_an_image_without_anything_gives_nothing():
    boxes, scores, _ = find([[0.001], [0.002]], [[0, 0, 10, 10], [0, 0, 10, 5]])
    assert len(boxes) == len(scores) == 0


corners = st.tuples(*[st.floats(0, 50)] * 2, *[st.floats(4, 50)] * 2)
points = st.lists(st.tuples(corners, st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(points)
def test_the_vote_changes_places_only_and_stays_among_the_voters(drawn):
    boxes = np.array([[x, y, x + w, y + h] for (x, y, w, h), *_ in drawn], np.float32)
    scores = np.array([given for _, *given in drawn], np.float32)
    plain, plain_scores, plain_classes = find(scores, boxes, vote=1.0)
    voted, voted_scores, voted_classes = find(scores, boxes)
    assert voted_scores.tolist() == plain_scores.tolist()
    assert voted_classes.tolist() == plain_classes.tolist()
    for before, after, kind in zip(plain, voted, plain_classes.astype(int), strict=True):
        near = [box for box, score in zip(boxes, scores[:, kind], strict=True) if score > 0]
        near = [box for box in near if overlap(box, before) >= 0.5 - 1e-4] or [before]
        low, high = np.min(near, axis=0), np.max(near, axis=0)
        assert (after >= low - 1e-3).all()
        assert (after <= high + 1e-3).all()


def overlap(a, b):
    """Return the IoU of two boxes."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    common = np.maximum(sides, 0).prod()
    return common / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - common)


def test_the_surest_points_vote_among_many():
    rng = np.random.default_rng(0)
    unsure = rng.uniform(0, 100, (4 * LEAST_VOTERS, 2))
    boxes = np.vstack([[[0, 0, 10, 10], [0, 0, 10, 8]], np.hstack([unsure + 200, unsure + 220])])
    scores = np.vstack([[[0.8], [0.4]], np.full((4 * LEAST_VOTERS, 1), 0.001)])
    found, *_ = find(scores, boxes)
    assert len(found) == 1
    assert found[0, 3] < 10
