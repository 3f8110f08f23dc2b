import numpy as np
import pytest
import tensorflow as tf

from training.detector.assignment import IGNORED, PADDING, assign, locate, overlap
from training.detector.config import DetectorConfig

POINTS = tf.constant([[4.0, 4.0], [12.0, 4.0], [20.0, 4.0], [28.0, 4.0]])
CONFIG = DetectorConfig(assign_topk=2)


def run(scores, predicted, boxes, classes, config=CONFIG):
    found = assign(
        tf.constant([scores], tf.float32),
        tf.constant([predicted], tf.float32),
        POINTS,
        tf.constant([boxes], tf.float32),
        tf.constant([classes], tf.int32),
        config=config,
    )
    return [part.numpy()[0] for part in found]


def test_the_best_aligned_points_inside_a_box_learn_it():
    predicted = [[0, 0, 24, 8], [0, 0, 12, 8], [0, 0, 24, 8], [0, 0, 24, 8]]
    scores = [[0.5], [0.9], [0.25], [0.9]]
    targets, boxes, weights, counted = run(scores, predicted, [[0, 0, 24, 8]], [0])
    # Aligned: 0.5 x 1, 0.9 x 0.5^6 = 0.014, 0.25 x 1; the fourth point lies outside.
    np.testing.assert_allclose(weights, [1.0, 0.0, 0.5, 0.0], atol=1e-4)
    np.testing.assert_allclose(targets[:, 0], weights)
    np.testing.assert_allclose(boxes[0], [0, 0, 24, 8])
    np.testing.assert_allclose(counted, 1.0)


def test_the_best_quality_of_a_box_is_its_best_overlap():
    predicted = [[0, 0, 12, 8]] * 4
    _, _, weights, _ = run([[0.1]] * 4, predicted, [[0, 0, 24, 8]], [0])
    assert weights.max() == pytest.approx(0.5, abs=1e-4)


def test_a_point_that_two_boxes_want_goes_to_the_one_it_overlaps_more():
    boxes = [[0, 0, 8, 8], [0, 0, 16, 8]]
    predicted = [[0, 0, 16, 8]] * 4
    targets, chosen, _, _ = run([[0.5, 0.5]] * 4, predicted, boxes, [0, 1])
    np.testing.assert_allclose(chosen[0], boxes[1])
    assert targets[0, 1] > 0
    assert targets[0, 0] == 0


def test_padding_has_no_points():
    targets, _, weights, counted = run([[0.5]] * 4, [[0, 0, 8, 8]] * 4, [[0, 0, 32, 8]], [PADDING])
    assert targets.sum() == weights.sum() == 0
    assert counted.min() == 1


def test_inside_an_ignored_box_nothing_is_a_negative_but_another_box_still_learns():
    boxes = [[0, 0, 16, 8], [0, 0, 8, 8]]
    _, _, weights, counted = run([[0.5]] * 4, [[0, 0, 8, 8]] * 4, boxes, [IGNORED, 0])
    np.testing.assert_allclose(weights > 0, [True, False, False, False])
    np.testing.assert_allclose(counted, [1, 0, 1, 1])


def test_a_column_of_four_pixels_between_two_points_still_has_one():
    inside, _ = locate(POINTS, tf.constant([[[6.0, 0.0, 10.0, 300.0]]]))
    assert inside.numpy().sum() >= 1


def test_many_boxes_are_assigned_image_by_image_with_the_same_result():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 24, (3, 200, 2))
    boxes = np.concatenate([corners, corners + 8], axis=-1).astype(np.float32)
    classes = rng.integers(-1, 2, (3, 200)).astype(np.int32)
    scores = rng.uniform(0.1, 0.9, (3, 4, 2)).astype(np.float32)
    predicted = np.tile(boxes[:, :1], (1, 4, 1))
    together = assign(scores, predicted, POINTS, tf.constant(boxes), tf.constant(classes), config=CONFIG)
    for image in range(3):
        part = slice(image, image + 1)
        alone = assign(
            scores[part],
            predicted[part],
            POINTS,
            tf.constant(boxes[part]),
            tf.constant(classes[part]),
            config=CONFIG,
        )
        for both, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(both[image], one[0], rtol=1e-5)


def test_overlap_of_a_half_covered_box():
    iou = overlap(tf.constant([0.0, 0.0, 4.0, 4.0]), tf.constant([0.0, 0.0, 4.0, 2.0]))
    assert float(iou) == pytest.approx(0.5)
