"""What a grader's network ends in, what it is trained by, and how its logits become probabilities.

`ordinal`: one number, the latent severity f, leaves the network; ordered thresholds b_1 > b_2 > … turn it
into P(grade > k) = sigmoid(f + b_k), trained by one binary cross-entropy per threshold (CORAL: Cao,
Mirjalili and Raschka 2020, arXiv 1901.07884; the thresholds of McCullagh's proportional odds, 1980). Here the
thresholds are ordered by construction, so that no grade ever has a probability below 0.
`categorical` and `focal`: one logit per grade and a softmax; focal turns to the crops that are hard (Lin et
al. 2017, arXiv 1708.02002).
"""

import keras
import tensorflow as tf

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


def head(features, *, levels: int, loss: str):
    """Return the logits on `features` `[N, F]`: `[N, levels - 1]` for ordinal, else `[N, levels]`."""
    if loss == "ordinal":
        latent = keras.layers.Dense(1, use_bias=False, name="latent")(features)
        return OrderedThresholds(levels, name="thresholds")(latent)
    return keras.layers.Dense(levels, name="grades")(features)


def loss_of(
    name: str, logits: tf.Tensor, grades: tf.Tensor, weights: tf.Tensor, *, power: float = 2.0
) -> tf.Tensor:
    """Return the mean loss `name` of `logits` for grades 1..K `[N]`, weighted `[N]`; `power` is for focal."""
    if name == "ordinal":
        thresholds = tf.range(1, tf.shape(logits)[1] + 1)
        above = tf.cast(grades[:, None] > thresholds[None, :], logits.dtype)
        bits = tf.nn.sigmoid_cross_entropy_with_logits(labels=above, logits=logits)
        each = tf.reduce_sum(bits, axis=1)
    else:
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=grades - 1, logits=logits)
        if name == "focal":
            each *= (1.0 - tf.exp(-each)) ** power
    return tf.reduce_sum(each * weights) / tf.reduce_sum(weights)


def probabilities(logits: tf.Tensor, loss: str, *, temperature: float = 1.0) -> tf.Tensor:
    """Turn logits of a network trained by `loss` into probabilities `[N, K]` of grades 1..K; rows add to 1.

    `temperature` divides the logits (Guo et al. 2017, arXiv 1706.04599): above 1 it takes back too much
    confidence.
    """
    scaled = logits / temperature
    if loss != "ordinal":
        return tf.nn.softmax(scaled, axis=1)
    above = tf.sigmoid(scaled)
    ones = tf.ones_like(above[:, :1])
    return tf.concat([ones, above], axis=1) - tf.concat([above, 0 * ones], axis=1)
