"""One training step: forward, losses, gradients, new weights and their average; one graph of fixed shapes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from training.detector.config import DetectorConfig
from training.detector.data.batches import Batch
from training.detector.fitting.checkpoint import BrokenCheckpoint
from training.detector.fitting.losses import measure_losses
from training.detector.fitting.optimizer import Optimizer
from training.detector.network import build, make_points


class Learner:
    """A network, its optimizer and its averaged weights."""

    def __init__(self, config: DetectorConfig, *, classes: int) -> None:
        keras.utils.set_random_seed(config.seed)
        self.config, self.classes = config, classes
        self.model = build(config, classes=classes)
        self.optimizer = Optimizer(self.model.trainable_variables, config)
        self.average = [tf.Variable(variable.value) for variable in self.model.variables]
        self.points, self.strides = (tf.constant(part) for part in make_points(config.input_size))
        self._step = tf.function(self._step_eagerly, reduce_retracing=False)
        self._predict = tf.function(lambda images: self.model(images, training=False))

    def step(self, batch: Batch, learning_rate: float) -> dict[str, tf.Tensor]:
        """Learn one batch; return its losses, total and parts."""
        tensors = (tf.convert_to_tensor(part) for part in batch)
        return self._step(*tensors, tf.constant(learning_rate, tf.float32))

    def _step_eagerly(self, images, boxes, classes, learning_rate):
        with tf.GradientTape() as tape:
            logits, distances = self.model(images, training=True)
            losses = measure_losses(
                logits, distances, self.points, self.strides, boxes, classes, config=self.config
            )
        gradients = tape.gradient(losses["total"], self.optimizer.targets)
        self.optimizer.apply(gradients, learning_rate)
        self._update_average()
        return losses

    def predict(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return logits and distances of uint8 images by the present weights."""
        return self._predict(images)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """Give the network its averaged weights inside of the `with` block."""
        weights = [variable.value.numpy() for variable in self.model.variables]
        for variable, average in zip(self.model.variables, self.average, strict=True):
            variable.assign(average)
        try:
            yield
        finally:
            for variable, value in zip(self.model.variables, weights, strict=True):
                variable.assign(value)

    def _update_average(self) -> None:
        """Move the average towards the weights; faster in the first steps, with little to average."""
        step = self.optimizer.step
        keep = tf.minimum(self.config.ema_decay, (1.0 + step) / (10.0 + step))
        for average, variable in zip(self.average, self.model.variables, strict=True):
            average.assign_sub((1.0 - keep) * (average - tf.cast(variable.value, average.dtype)))

    def dump(self) -> dict[str, list[np.ndarray]]:
        """Return weights, averaged weights and the optimizer's state."""
        return {
            "weights": [variable.value.numpy() for variable in self.model.variables],
            "average": [variable.numpy() for variable in self.average],
            "optimizer": [variable.numpy() for variable in self.optimizer.variables],
        }

    def load(self, arrays: dict[str, list[np.ndarray]]) -> None:
        """Take over what dump() returned. Raises BrokenCheckpoint when it is another network's."""
        places = {
            "weights": self.model.variables,
            "average": self.average,
            "optimizer": self.optimizer.variables,
        }
        for role, variables in places.items():
            found = [array.shape for array in arrays.get(role, [])]
            if found != [tuple(variable.shape) for variable in variables]:
                raise BrokenCheckpoint(f"The checkpoint's {role} do not fit the network of this training.")
            for variable, array in zip(variables, arrays[role], strict=True):
                variable.assign(array)

    def set_average(self, arrays: list[np.ndarray]) -> None:
        """Replace the averaged weights by `arrays`, as `dump` returned them."""
        for variable, array in zip(self.average, arrays, strict=True):
            variable.assign(array)

    def averaged_model(self) -> keras.Model:
        """Build the network in float32 with the averaged weights."""
        weights = [value.numpy() for value in self.average]
        return build_with(self.config, classes=self.classes, weights=weights)


def build_with(config: DetectorConfig, *, classes: int, weights: list[np.ndarray]) -> keras.Model:
    """Build the network in float32 with the given values of its variables."""
    model = build(config, classes=classes, precision="float32")
    for variable, value in zip(model.variables, weights, strict=True):
        variable.assign(value)
    return model
