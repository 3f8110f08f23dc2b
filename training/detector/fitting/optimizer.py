"""How weights follow their gradients: Muon for the kernels of convolutions, AdamW for everything else.

Muon (Jordan et al., 2024) turns the momentum of a matrix into the nearest orthogonal one, so that every
direction of a layer learns at the same pace. Its step is scaled to the size of AdamW's (Liu et al., "Muon is
scalable", 2025), so one learning rate serves both.
"""

from __future__ import annotations

from collections.abc import Sequence

import keras
import tensorflow as tf

from training.detector.config import DetectorConfig

MOMENTUM = 0.95
BETAS = (0.9, 0.999)
EPSILON = 1e-7
STEP_SIZE = 0.2  # root mean square of a Muon step at learning rate 1, about that of AdamW
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)  # a quintic that lifts small singular values fast
ITERATIONS = 5
FEW_CHANNELS = 8  # kernels with fewer outputs, as those of the heads, are left to AdamW


class Optimizer:
    """The state of the two rules for a list of variables."""

    def __init__(self, variables: Sequence[keras.Variable], config: DetectorConfig) -> None:
        self._config = config
        self.targets = [variable.value for variable in variables]
        self._orthogonal = [
            config.optimizer == "muon" and len(v.shape) == 4 and v.shape[-1] >= FEW_CHANNELS
            for v in variables
        ]
        self._decays = [len(variable.shape) > 1 for variable in variables]
        self.step = tf.Variable(0.0, trainable=False)
        self._momenta = [tf.Variable(tf.zeros_like(target), trainable=False) for target in self.targets]
        self._squares = [
            None if orthogonal else tf.Variable(tf.zeros_like(target), trainable=False)
            for target, orthogonal in zip(self.targets, self._orthogonal, strict=True)
        ]

    @property
    def variables(self) -> list[tf.Variable]:
        """Return the whole state, always in the same order."""
        return [self.step, *self._momenta, *(square for square in self._squares if square is not None)]

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        """Clip the gradients by their common norm and move the variables one step."""
        gradients, _ = tf.clip_by_global_norm(gradients, self._config.clip_norm)
        self.step.assign_add(1.0)
        for place, gradient in enumerate(gradients):
            target, momentum, square = self.targets[place], self._momenta[place], self._squares[place]
            if self._decays[place]:
                target.assign_sub(learning_rate * self._config.weight_decay * target)
            if square is None:
                target.assign_sub(learning_rate * _step_muon(gradient, momentum))
            else:
                target.assign_sub(learning_rate * _step_adam(gradient, momentum, square, self.step))


def _step_adam(gradient, momentum, square, step) -> tf.Tensor:
    """Return the step of Adam (Kingma and Ba, 2015) and move its state."""
    first, second = BETAS
    momentum.assign_add((1 - first) * (gradient - momentum))
    square.assign_add((1 - second) * (tf.square(gradient) - square))
    unbiased = tf.sqrt(1 - tf.pow(second, step)) / (1 - tf.pow(first, step))
    return unbiased * momentum / (tf.sqrt(square) + EPSILON)


def _step_muon(gradient, momentum) -> tf.Tensor:
    """Return the step of Muon with Nesterov's momentum and move its state."""
    momentum.assign(MOMENTUM * momentum + gradient)
    shape = gradient.shape
    matrix = tf.reshape(gradient + MOMENTUM * momentum, [-1, shape[-1]])
    scale = STEP_SIZE * max(matrix.shape) ** 0.5
    return tf.reshape(scale * orthogonalize(matrix), shape)


def orthogonalize(matrix: tf.Tensor) -> tf.Tensor:
    """Bring all singular values of a matrix [n, m] near 1 by Newton-Schulz iterations."""
    a, b, c = NEWTON_SCHULZ
    tall = matrix.shape[0] > matrix.shape[1]
    x = tf.transpose(matrix) if tall else matrix
    x = x / (tf.norm(x) + EPSILON)
    for _ in range(ITERATIONS):
        gram = tf.matmul(x, x, transpose_b=True)
        x = a * x + tf.matmul(b * gram + c * tf.matmul(gram, gram), x)
    return tf.transpose(x) if tall else x
