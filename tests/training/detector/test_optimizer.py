from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.squares import TINY
from training.detector.fitting.optimizer import Optimizer, orthogonalize

CONFIG = replace(TINY, weight_decay=0.1, clip_norm=1e9)


@pytest.mark.parametrize("shape", [(16, 16), (64, 12), (12, 64)])
def test_orthogonalizing_brings_singular_values_near_one(shape):
    matrix = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    values = np.linalg.svd(orthogonalize(tf.constant(matrix)).numpy(), compute_uv=False)
    assert values.max() < 1.3
    assert np.median(values) > 0.6


def test_the_first_step_of_a_bias_has_the_learning_rates_size_and_does_not_decay():
    bias = keras.Variable(np.array([5.0, 5.0], np.float32))
    Optimizer([bias], CONFIG).apply([tf.constant([0.3, -7.0])], 0.01)
    np.testing.assert_allclose(bias.numpy(), [4.99, 5.01], rtol=1e-5)


def test_the_kernel_of_a_head_follows_adam_and_decays():
    kernel = keras.Variable(np.full((1, 1, 2, 4), 5.0, np.float32))
    Optimizer([kernel], CONFIG).apply([tf.ones((1, 1, 2, 4))], 0.01)
    np.testing.assert_allclose(kernel.numpy(), 5.0 - 0.01 * 0.1 * 5.0 - 0.01, rtol=1e-5)


def test_a_step_of_muon_is_as_large_as_one_of_adam():
    kernel = keras.Variable(np.zeros((3, 3, 16, 16), np.float32))
    gradient = np.random.default_rng(0).normal(size=(3, 3, 16, 16)).astype(np.float32)
    Optimizer([kernel], CONFIG).apply([tf.constant(gradient)], 0.01)
    size = np.sqrt(np.mean(np.square(kernel.numpy())))
    assert 0.0005 < size < 0.004
    assert np.sum(kernel.numpy() * gradient) < 0


def test_gradients_are_clipped_by_their_common_norm():
    one, other = (keras.Variable(np.zeros(1, np.float32)) for _ in range(2))
    optimizer = Optimizer([one, other], replace(CONFIG, clip_norm=5.0))
    optimizer.apply([tf.constant([30.0]), tf.constant([40.0])], 0.01)
    np.testing.assert_allclose([m.numpy()[0] for m in optimizer.variables[1:3]], [0.3, 0.4], rtol=1e-5)


def test_both_rules_can_be_chosen():
    kernel = keras.Variable(np.zeros((3, 3, 16, 16), np.float32))
    assert len(Optimizer([kernel], replace(CONFIG, optimizer="muon")).variables) == 2
    assert len(Optimizer([kernel], replace(CONFIG, optimizer="adamw")).variables) == 3
