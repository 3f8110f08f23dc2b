"""The network: backbone, a pyramid down and up again, and one head per stride; and what its outputs mean.

A point is the middle of a cell of the feature map at stride 8, 16 or 32. For each point the network gives a
logit per class and four distances to the sides of the box, through softplus and in units of the stride.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from inference.detector.precision import multiplies_bfloat16
from training.detector.backbones import convolve, extract_features
from training.detector.config import STRIDES, DetectorConfig

PRIOR = 0.01  # the score of every class at every point before training
GRAY_MIDDLE = 128  # what padding is filled with; the network sees it as 0
GRAY_SCALE = 64.0


def build(config: DetectorConfig, *, classes: int, precision: str | None = None) -> keras.Model:
    """Build the network: uint8 [B, S, S, C] to float32 logits [B, P, classes] and raw distances [B, P, 4].

    With distance_bins the distances are [B, P, 4 x bins], a distribution for each side.
    """
    shape = (config.input_size, config.input_size, config.channels)
    with _dtype_policy(resolve_precision(precision or config.precision)):
        images = keras.Input(shape, dtype="uint8")
        x = keras.layers.Rescaling(1 / GRAY_SCALE, offset=-GRAY_MIDDLE / GRAY_SCALE, dtype="float32")(images)
        levels = _mix_levels(extract_features(x, config), config.neck_width)
        outputs = [_attach_head(level, config, classes) for level in levels]
        logits = keras.layers.Concatenate(axis=1, dtype="float32")([logits for logits, _ in outputs])
        distances = keras.layers.Concatenate(axis=1, dtype="float32")([distances for _, distances in outputs])
    return keras.Model(images, [logits, distances], name="detector")


def _mix_levels(features: tuple, width: int) -> list:
    """Bring coarse meaning down to fine levels and fine places up to coarse ones."""
    fine, middle, coarse = (convolve(feature, width, kernel=1) for feature in features)
    middle = convolve(_join(middle, _enlarge(coarse)), width)
    fine = convolve(_join(fine, _enlarge(middle)), width)
    middle = convolve(_join(middle, convolve(fine, width, stride=2)), width)
    coarse = convolve(_join(coarse, convolve(middle, width, stride=2)), width)
    return [fine, middle, coarse]


def _join(a: keras.KerasTensor, b: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.Concatenate(dtype="float32")([a, b])


def _enlarge(x: keras.KerasTensor) -> keras.KerasTensor:
    return keras.layers.UpSampling2D(2, dtype="float32")(x)


def _attach_head(level: keras.KerasTensor, config: DetectorConfig, classes: int) -> tuple:
    logits, distances = level, level
    for _ in range(config.head_depth):
        logits = convolve(logits, config.neck_width)
        distances = convolve(distances, config.neck_width)
    # The prior keeps the thousand empty points from drowning the few boxes in the first steps.
    prior = keras.initializers.Constant(-np.log((1 - PRIOR) / PRIOR))
    logits = keras.layers.Conv2D(classes, 1, bias_initializer=prior)(logits)
    numbers = 4 * max(1, config.distance_bins)
    reach = keras.initializers.Constant(0.0 if config.distance_bins else 2.0)
    distances = keras.layers.Conv2D(numbers, 1, bias_initializer=reach)(distances)
    return keras.layers.Reshape((-1, classes))(logits), keras.layers.Reshape((-1, numbers))(distances)


def make_points(input_size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the points, float32 [P, 2] as x, y in input pixels, and the stride of each, float32 [P]."""
    points, strides = [], []
    for stride in STRIDES:
        middles = (np.arange(input_size // stride) + 0.5) * stride
        x, y = np.meshgrid(middles, middles)
        points.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full(x.size, stride))
    return np.concatenate(points).astype(np.float32), np.concatenate(strides).astype(np.float32)


def mirror_points(input_size: int) -> np.ndarray:
    """Return for each point the number of the one at its place in the mirrored image, int [P]."""
    twins, before = [], 0
    for stride in STRIDES:
        side = input_size // stride
        numbers = np.arange(side * side).reshape(side, side)[:, ::-1] + before
        twins.append(numbers.ravel())
        before += side * side
    return np.concatenate(twins)


def decode(distances: tf.Tensor, points: tf.Tensor, strides: tf.Tensor) -> tf.Tensor:
    """Turn distances [..., P, 4] before softplus into boxes xmin, ymin, xmax, ymax in input pixels.

    Of distances [..., P, 4 x bins] each side is the mean of its distribution over 0, 1, 2, ... strides
    (Li et al., "Generalized focal loss", 2020).
    """
    reach = expect(distances) if distances.shape[-1] != 4 else tf.math.softplus(distances)
    reach = reach * strides[:, None]
    return tf.concat([points - reach[..., :2], points + reach[..., 2:]], axis=-1)


def expect(distances: tf.Tensor) -> tf.Tensor:
    """Return the means [..., 4] of the distributions whose logits are [..., 4 x bins], in strides."""
    shares = tf.nn.softmax(split_bins(distances))
    return tf.reduce_sum(shares * tf.range(shares.shape[-1], dtype=tf.float32), axis=-1)


def split_bins(distances: tf.Tensor) -> tf.Tensor:
    """Turn [..., 4 x bins] into [..., 4, bins]."""
    shape = tf.concat([tf.shape(distances)[:-1], [4, distances.shape[-1] // 4]], axis=0)
    return tf.ensure_shape(tf.reshape(distances, shape), [*distances.shape[:-1], 4, distances.shape[-1] // 4])


def resolve_precision(precision: str) -> str:
    """Turn "auto" into what this machine does best."""
    if precision != "auto":
        return precision
    return "bfloat16" if multiplies_bfloat16() else "float32"


@contextmanager
def _dtype_policy(precision: str) -> Iterator[None]:
    """Give every layer made inside, also one of a user's backbone, the precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16" if precision == "bfloat16" else "float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
