import math

import numpy as np
import pytest
import tensorflow as tf

from training.detector.assignment import PADDING
from training.detector.config import DetectorConfig
from training.detector.fitting.losses import generalized_overlap, measure_losses, quality_loss
from training.detector.network import decode, make_points

CONFIG = DetectorConfig(input_size=32)


def test_points_are_the_middles_of_their_cells():
    points, strides = make_points(32)
    assert points.shape == (16 + 4 + 1, 2)
    np.testing.assert_allclose(points[[0, 1, 4, 16, 20]], [[4, 4], [12, 4], [4, 12], [8, 8], [16, 16]])
    np.testing.assert_allclose(strides[[0, 15, 16, 20]], [8, 8, 16, 32])


def test_distances_grow_by_softplus_in_units_of_the_stride():
    raw = math.log(math.e - 1)  # softplus gives 1
    box = decode(tf.constant([[raw] * 4]), tf.constant([[20.0, 12.0]]), tf.constant([8.0]))
    np.testing.assert_allclose(box, [[12, 4, 28, 20]], rtol=1e-5)


def test_generalized_overlap_is_one_for_equal_and_negative_for_distant_boxes():
    box = tf.constant([0.0, 0.0, 2.0, 2.0])
    assert float(generalized_overlap(box, box)) == pytest.approx(1.0, abs=1e-5)
    distant = tf.constant([4.0, 0.0, 6.0, 2.0])
    # Hull 12, union 8, nothing in common.
    assert float(generalized_overlap(box, distant)) == pytest.approx(-4 / 12, abs=1e-5)


def test_negatives_weigh_the_square_of_their_score():
    logits = tf.constant([0.0, 0.0])
    loss = quality_loss(logits, tf.constant([0.0, 0.5]), power=2.0).numpy()
    np.testing.assert_allclose(loss, [0.25 * math.log(2), math.log(2)], rtol=1e-5)


def measure(boxes, classes, logits=None, distances=None):
    points, strides = (tf.constant(part) for part in make_points(32))
    logits = tf.zeros([1, 21, 2]) if logits is None else logits
    distances = tf.zeros([1, 21, 4]) if distances is None else distances
    return measure_losses(
        logits,
        distances,
        points,
        strides,
        tf.constant([boxes], tf.float32),
        tf.constant([classes], tf.int32),
        config=CONFIG,
    )


def test_a_batch_without_positives_has_a_finite_loss_without_boxes():
    losses = measure([[0, 0, 0, 0]], [PADDING])
    assert float(losses["box"]) == 0
    assert float(losses["total"]) == pytest.approx(21 * 2 * 0.25 * math.log(2), rel=1e-4)


def test_a_right_answer_costs_less_than_a_wrong_one():
    right = np.full((1, 21, 2), -8.0, np.float32)
    right[0, 20, 1] = 8.0
    reach = np.full((1, 21, 4), math.log(math.exp(0.25) - 1), np.float32)
    box = [[8, 8, 24, 24]]
    good = measure(box, [1], tf.constant(right), tf.constant(reach))
    bad = measure(box, [0], tf.constant(right), tf.constant(reach))
    assert float(good["total"]) < float(bad["total"])
    assert float(good["box"]) == pytest.approx(0, abs=1e-3)


def test_gradients_are_finite_where_no_box_is():
    distances = tf.Variable(tf.zeros([1, 21, 4]))
    logits = tf.Variable(tf.zeros([1, 21, 2]))
    with tf.GradientTape() as tape:
        total = measure([[0, 0, 0, 0]], [PADDING], logits, distances)["total"]
    for gradient in tape.gradient(total, [logits, distances]):
        assert np.isfinite(gradient.numpy()).all()
