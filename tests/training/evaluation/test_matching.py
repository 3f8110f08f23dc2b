"""Detections are paired with boxes greedily: the highest score first, each box once."""

import numpy as np
import pytest

from inference.detector.saved_detectors import Detection
from training.evaluation.matching import match_greedily, measure_overlaps, order_by_score


def found(box, score=0.9):
    return Detection("pit", *map(float, box), score)


def test_overlaps_are_intersections_over_unions():
    detections = [found([0, 0, 10, 10]), found([5, 0, 15, 10])]
    overlaps = measure_overlaps(detections, np.array([[0, 0, 10, 10], [20, 0, 30, 10], [3, 3, 3, 9]]))
    np.testing.assert_allclose(overlaps, [[1, 0, 0], [1 / 3, 0, 0]])


@pytest.mark.parametrize(("detections", "boxes"), [(0, 2), (2, 0), (0, 0)])
def test_without_detections_or_boxes_there_is_no_overlap_and_no_pair(detections, boxes):
    overlaps = measure_overlaps([found([0, 0, 9, 9])] * detections, np.tile([0, 0, 9, 9], (boxes, 1)))
    assert overlaps.shape == (detections, boxes)
    matched = match_greedily(overlaps, range(detections), np.ones(boxes, bool), iou=0.5)
    assert matched == {}


def test_what_has_no_area_overlaps_nothing():
    assert measure_overlaps([found([4, 4, 4, 4])], np.array([[4, 4, 4, 4]])).tolist() == [[0.0]]


def test_equal_scores_keep_their_order():
    assert order_by_score([found([0] * 4, 0.2), found([0] * 4, 0.9), found([0] * 4, 0.2)]) == [1, 0, 2]


def test_the_first_detection_takes_the_box_and_the_second_one_takes_the_next_best():
    overlaps = np.array([[0.9, 0.6], [0.8, 0.7]])
    assert match_greedily(overlaps, [1, 0], np.ones(2, bool), iou=0.5) == {1: 0, 0: 1}
    assert match_greedily(overlaps, [1, 0], np.ones(2, bool), iou=0.65) == {1: 0}


def test_only_free_boxes_are_taken_and_the_given_array_stays():
    free = np.array([False, True])
    assert match_greedily(np.array([[0.9, 0.6]]), [0], free, iou=0.5) == {0: 1}
    assert free.tolist() == [False, True]


def test_an_overlap_of_exactly_the_least_one_counts():
    assert match_greedily(np.array([[0.5]]), [0], np.ones(1, bool), iou=0.5) == {0: 0}
