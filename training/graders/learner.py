"""A grader while it learns: one step as a small graph, the running average of its weights, and its judgement.

Keras' optimizers write a dozen operations per variable, which for a network this small costs more than the
network itself. Here all weights travel as one flat vector, so that a step is traced in a second.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from training.graders import network
from training.graders.config import GraderConfig

BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-7
CLIP_NORM = 5.0
PART = 256  # crops judged in one call


class Learner:
    """The network that learns (`model`), and the average of its weights, which is kept (`averaged`)."""

    def __init__(self, config: GraderConfig, *, levels: int, grade_weights: np.ndarray) -> None:
        keras.utils.set_random_seed(config.seed)
        self.config = config
        self.model = network.build(config, levels=levels)
        self.averaged = network.build(config, levels=levels)
        self.grade_weights = tf.constant(grade_weights, tf.float32)
        trainable = self.model.trainable_variables
        self.rest = [
            variable for variable in self.model.non_trainable_variables if variable.dtype == "float32"
        ]
        self.places = _Places([*trainable, *self.rest])
        self.trained = sum(math.prod(variable.shape) for variable in trainable)
        # Kernels decay, biases and norms do not.
        decays = [np.full(math.prod(v.shape), float(len(v.shape) > 1), np.float32) for v in trainable]
        self.decays = tf.constant(np.concatenate(decays))
        self.first = tf.Variable(tf.zeros(self.trained))
        self.second = tf.Variable(tf.zeros(self.trained))
        self.average = tf.Variable(self.places.gather())
        self._step = tf.function(self._learn)
        self._logits = tf.function(lambda crops: self.averaged(_floats(crops), training=False))

    def learn(self, crops: np.ndarray, grades: np.ndarray, *, step: int) -> float:
        """Take optimizer step number STEP, from 1, on uint8 crops `[N, S, S]`; return the loss."""
        rate = learning_rate(step, self.config)
        loss = self._step(crops, grades, tf.constant(float(step)), tf.constant(rate, tf.float32))
        return float(loss)

    def _learn(self, crops: tf.Tensor, grades: tf.Tensor, step: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            logits = self.model(_floats(crops), training=True)
            loss = network.ordinal_loss(logits, grades, tf.gather(self.grade_weights, grades - 1))
        gradients = tape.gradient(loss, variables)
        gradient = tf.clip_by_norm(_flat(gradients), CLIP_NORM)
        all_weights = self.places.gather()
        weights, rest = all_weights[: self.trained], all_weights[self.trained :]
        # AdamW: Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2.
        first = self.first.assign(BETA_1 * self.first + (1 - BETA_1) * gradient)
        second = self.second.assign(BETA_2 * self.second + (1 - BETA_2) * tf.square(gradient))
        direction = (first / (1 - BETA_1**step)) / (tf.sqrt(second / (1 - BETA_2**step)) + EPSILON)
        weights -= rate * (direction + self.config.weight_decay * self.decays * weights)
        self.places.scatter(weights, count=len(variables))
        # Early on the average follows closely, so that it never remembers the random start.
        keep = tf.minimum(self.config.average, (1.0 + step) / (10.0 + step))
        self.average.assign(keep * self.average + (1.0 - keep) * tf.concat([weights, rest], axis=0))
        return loss

    def settle(self) -> None:
        """Write the averaged weights into `averaged`."""
        kept = [*self.averaged.trainable_variables]
        kept += [
            variable for variable in self.averaged.non_trainable_variables if variable.dtype == "float32"
        ]
        _Places(kept).scatter(self.average)

    def judge(self, crops: np.ndarray, grades: np.ndarray) -> float:
        """Return the plain mean loss of `averaged`."""
        grades = tf.constant(np.asarray(grades, np.int32))
        return float(network.ordinal_loss(self._all_logits(crops), grades, tf.ones(len(grades))))

    def grade(self, crops: np.ndarray) -> np.ndarray:
        """Return the probabilities `[N, K]` by `averaged`."""
        return network.probabilities(self._all_logits(crops)).numpy()

    def _all_logits(self, crops: np.ndarray) -> tf.Tensor:
        parts = (crops[start : start + PART] for start in range(0, len(crops), PART))
        return tf.concat([self._logits(part) for part in parts], axis=0)


class _Places:
    """Variables as stretches of one flat vector."""

    def __init__(self, variables: list) -> None:
        self.variables = variables
        self.sizes = [math.prod(variable.shape) for variable in variables]

    def gather(self) -> tf.Tensor:
        return _flat([variable.value for variable in self.variables])

    def scatter(self, flat: tf.Tensor, *, count: int | None = None) -> None:
        """Write FLAT into the first COUNT variables, or into all."""
        parts = tf.split(flat, self.sizes[:count])
        for variable, part in zip(self.variables[:count], parts, strict=True):
            variable.assign(tf.reshape(part, variable.shape))


def learning_rate(step: int, config: GraderConfig) -> float:
    """Return the rate at STEP, from 1: a linear start, then half a cosine down to 0."""
    if step <= config.warmup_steps:
        return config.learning_rate * step / config.warmup_steps
    share = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * share))


def _flat(tensors: list) -> tf.Tensor:
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)


def _floats(crops: tf.Tensor) -> tf.Tensor:
    return tf.cast(crops, tf.float32)[..., None]
