"""A grader while it learns: one step as a small graph, the moving average of its weights, and its loss.

Keras' optimizers write a dozen operations per variable, which for a network this small costs more than the
network itself. Here all weights travel as one flat variable, so that a step is traced in a second.
"""

import math

import keras
import numpy as np
import tensorflow as tf

from training.graders import losses, network
from training.graders.config import GraderConfig

CLIP_NORM = 5.0
PART = 256  # crops in one call


class Learner:
    """The network that learns (`model`), and the average of its weights, which is kept (`averaged`)."""

    def __init__(
        self, config: GraderConfig, *, levels: int, grade_weights: np.ndarray, policy: str = "square"
    ) -> None:
        keras.utils.set_random_seed(config.seed)
        self.config = config
        self.model = network.build(config, levels=levels, policy=policy)
        self.averaged = network.build(config, levels=levels, policy=policy)
        self.grade_weights = tf.constant(grade_weights, tf.float32)
        trainable = self.model.trainable_variables
        self.rest = [
            variable for variable in self.model.non_trainable_variables if variable.dtype == "float32"
        ]
        self.places = _Places(trainable)
        self.statistics = _Places(self.rest)
        # Kernels decay, biases and norms do not.
        decays = [np.full(math.prod(v.shape), float(len(v.shape) > 1), np.float32) for v in trainable]
        self.decays = tf.constant(np.concatenate(decays))
        self.weights = keras.Variable(self.places.gather(), name="weights")
        self.optimizer = optimizer_of(config)
        self.optimizer.build([self.weights])
        self.average = tf.Variable(self._all())
        self._step = tf.function(self._learn)
        self._logits = tf.function(lambda crops: self.averaged(_floats(crops), training=False))

    def learn(self, crops: np.ndarray, grades: np.ndarray, *, step: int, rate: float) -> float:
        """Take the step number `step`, from 1, with `rate` on uint8 crops `[N, H, W]`; return the loss."""
        self.optimizer.learning_rate = rate
        return float(self._step(crops, grades, tf.constant(float(step)), tf.constant(rate, tf.float32)))

    def _learn(self, crops: tf.Tensor, grades: tf.Tensor, step: tf.Tensor, rate: tf.Tensor) -> tf.Tensor:
        variables = [variable.value for variable in self.model.trainable_variables]
        with tf.GradientTape() as tape:
            logits = self.model(_floats(crops), training=True)
            loss = self._loss(logits, grades, tf.gather(self.grade_weights, grades - 1))
        gradient = tf.clip_by_norm(_flat(tape.gradient(loss, variables)), CLIP_NORM)
        if self.config.optimizer == "adamw":
            # Decoupled (Loshchilov and Hutter 2019, arXiv 1711.05101), and only where a weight may decay.
            shrink = 1.0 - rate * self.config.weight_decay * self.decays
            self.weights.assign(self.weights.value * shrink)
        self.optimizer.apply([gradient], [self.weights])
        self.places.scatter(self.weights.value)
        # Early on the average follows closely, so that it never remembers the random start.
        keep = tf.minimum(self.config.ema_decay, (1.0 + step) / (10.0 + step))
        self.average.assign(keep * self.average + (1.0 - keep) * self._all())
        return loss

    def _all(self) -> tf.Tensor:
        return tf.concat([self.weights.value, self.statistics.gather()], axis=0)

    def _loss(self, logits: tf.Tensor, grades: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        return losses.loss_of(self.config.loss, logits, grades, weights, power=self.config.focal_gamma)

    def settle(self) -> None:
        """Write the averaged weights into `averaged`."""
        kept = [*self.averaged.trainable_variables]
        kept += [
            variable for variable in self.averaged.non_trainable_variables if variable.dtype == "float32"
        ]
        _Places(kept).scatter(self.average)

    def logits(self, crops: np.ndarray) -> np.ndarray:
        """Return the logits of `averaged` on uint8 crops `[N, H, W]`."""
        parts = (crops[start : start + PART] for start in range(0, len(crops), PART))
        return tf.concat([self._logits(part) for part in parts], axis=0).numpy()

    def mean_loss(self, logits: np.ndarray, grades: np.ndarray) -> float:
        """Return the mean loss of `logits` for `grades`, all crops weighing the same."""
        grades = tf.constant(np.asarray(grades, np.int32))
        return float(self._loss(tf.constant(logits), grades, tf.ones(len(grades))))

    def probabilities(self, logits: np.ndarray, *, temperature: float = 1.0) -> np.ndarray:
        """Return the probabilities `[N, K]` that `logits` mean."""
        return losses.probabilities(tf.constant(logits), self.config.loss, temperature=temperature).numpy()


class Schedule:
    """The learning rate: a linear start, then half a cosine down to 0, or a fall at each plateau."""

    def __init__(self, config: GraderConfig) -> None:
        self.config = config
        self.scale, self.stale = 1.0, 0

    def rate(self, step: int) -> float:
        """Return the rate at `step`, from 1."""
        config = self.config
        if step <= config.warmup_steps:
            return config.learning_rate * step / config.warmup_steps
        if config.schedule == "plateau":
            return config.learning_rate * self.scale
        share = (step - config.warmup_steps) / max(1, config.steps - config.warmup_steps)
        return config.learning_rate * 0.5 * (1 + math.cos(math.pi * share))

    def count_evaluation(self, *, better: bool) -> None:
        """Take in whether the latest evaluation of the held-out crops was the best so far."""
        self.stale = 0 if better else self.stale + 1
        if self.stale >= self.config.plateau_patience:
            self.scale, self.stale = self.scale * self.config.plateau_factor, 0


def optimizer_of(config: GraderConfig) -> keras.optimizers.Optimizer:
    """Return the optimizer that `config` names; the Learner adds adamw's decay, which biases go without."""
    rate, momentum = config.learning_rate, config.momentum
    if config.optimizer in ("sgd", "nesterov"):
        nesterov = config.optimizer == "nesterov"
        return keras.optimizers.SGD(rate, momentum=momentum, nesterov=nesterov)
    if config.optimizer == "nadam":
        return keras.optimizers.Nadam(rate)
    return keras.optimizers.Adam(rate)


class _Places:
    """Variables as stretches of one flat vector."""

    def __init__(self, variables: list) -> None:
        self.variables = variables
        self.sizes = [math.prod(variable.shape) for variable in variables]

    def gather(self) -> tf.Tensor:
        return _flat([variable.value for variable in self.variables])

    def scatter(self, flat: tf.Tensor) -> None:
        """Write `flat` into the variables."""
        for variable, part in zip(self.variables, tf.split(flat, self.sizes), strict=True):
            variable.assign(tf.reshape(part, variable.shape))


def _flat(tensors: list) -> tf.Tensor:
    return tf.concat([tf.reshape(tensor, [-1]) for tensor in tensors], axis=0)


def _floats(crops: tf.Tensor) -> tf.Tensor:
    return tf.cast(crops, tf.float32)[..., None]
