"""The grader's network and its ordinal loss.

One number, the latent severity f, leaves the network; ordered thresholds b_1 > b_2 > … turn it into
P(grade > k) = sigmoid(f + b_k), trained by one binary cross-entropy per threshold (CORAL: Cao, Mirjalili and
Raschka 2020, arXiv 1901.07884; the thresholds of McCullagh's proportional odds, 1980). Here the thresholds
are ordered by construction, so that no grade ever has a probability below 0.
"""

import keras
import tensorflow as tf

from training.graders.config import GraderConfig

START_GAP = 4.0  # between two thresholds, in units of the latent severity


@keras.saving.register_keras_serializable(package="blemish")
class OrderedThresholds(keras.layers.Layer):
    """Turn a latent severity `[N, 1]` into the logits of grade > 1 … grade > K-1: `[N, K-1]`, falling."""

    def __init__(self, levels: int, **options) -> None:
        super().__init__(**options)
        self.levels = levels

    def build(self, input_shape) -> None:
        # Evenly spaced around 0 and wide apart: a middle grade can be likely from the start.
        first = keras.initializers.Constant(START_GAP * (self.levels - 2) / 2)
        self.first = self.add_weight(name="first", shape=(1,), initializer=first)
        # softplus(gap) is within 2 % of a gap of this size.
        gaps = keras.initializers.Constant(START_GAP)
        self.gaps = self.add_weight(name="gaps", shape=(self.levels - 2,), initializer=gaps)

    def call(self, latent):
        drops = keras.ops.cumsum(keras.ops.softplus(self.gaps))
        return latent + keras.ops.concatenate([self.first, self.first - drops])

    def get_config(self) -> dict:
        return {**super().get_config(), "levels": self.levels}


def build(config: GraderConfig, *, levels: int) -> keras.Model:
    """Build the network: float `[N, S, S, 1]`, gray levels 0 to 255 -> cumulative logits `[N, levels-1]`."""
    pixels = keras.Input((config.size, config.size, 1), name="crops")
    # Exposure tells nothing about a defect, contrast does: the crop's mean is taken off, its scale is kept.
    x = keras.layers.Subtract()([pixels, keras.layers.GlobalAveragePooling2D(keepdims=True)(pixels)])
    x = keras.layers.Rescaling(1 / 32)(x)
    for stage, width in enumerate(config.widths):
        x = _convolution(x, width, kernel=3 if stage else 5, stride=2, name=f"stage{stage}_a")
        if stage:
            x = _convolution(x, width, kernel=3, stride=1, name=f"stage{stage}_b")
    # The mean tells how much of the crop is damaged, the maximum how deep the worst place is.
    x = keras.layers.Concatenate(name="pooled")(
        [keras.layers.GlobalAveragePooling2D()(x), keras.layers.GlobalMaxPooling2D()(x)]
    )
    if config.dropout:
        x = keras.layers.Dropout(config.dropout, seed=config.seed)(x)
    x = keras.layers.Dense(32, activation="silu", name="hidden")(x)
    latent = keras.layers.Dense(1, use_bias=False, name="latent")(x)
    return keras.Model(pixels, OrderedThresholds(levels, name="thresholds")(latent), name="grader")


def _convolution(x, width: int, *, kernel: int, stride: int, name: str):
    x = keras.layers.Conv2D(
        width,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=name,
    )(x)
    x = keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return keras.layers.ReLU(name=f"{name}_act")(x)


def ordinal_loss(logits: tf.Tensor, grades: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
    """Return the weighted mean of the thresholds' cross-entropies: logits `[N, K-1]`, grades 1..K `[N]`."""
    thresholds = tf.range(1, tf.shape(logits)[1] + 1)
    above = tf.cast(grades[:, None] > thresholds[None, :], logits.dtype)
    each = tf.nn.sigmoid_cross_entropy_with_logits(labels=above, logits=logits)
    return tf.reduce_sum(tf.reduce_sum(each, axis=1) * weights) / tf.reduce_sum(weights)


def probabilities(logits: tf.Tensor) -> tf.Tensor:
    """Turn cumulative logits `[N, K-1]` into probabilities of grades 1..K `[N, K]`; a row adds to 1."""
    above = tf.sigmoid(logits)
    ones = tf.ones_like(above[:, :1])
    return tf.concat([ones, above], axis=1) - tf.concat([above, 0 * ones], axis=1)
