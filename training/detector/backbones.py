"""Networks that turn an image into features, by name.

A backbone is a function of (images [B, S, S, C] float, DetectorConfig) that returns three Keras tensors at
strides 8, 16 and 32. Registering one makes it a choice of `DetectorConfig.backbone`:

    @register_backbone("mine")
    def mine(images, config):
        x = keras.layers.Conv2D(16, 7, strides=4, padding="same", activation="relu")(images)
        ...
        return at_stride_8, at_stride_16, at_stride_32
"""

from __future__ import annotations

import keras
import tensorflow as tf

from training.detector import backbone_registry
from training.detector.backbone_registry import BadBackbone, backbone_names, register_backbone
from training.detector.config import STRIDES, DetectorConfig

__all__ = ["BadBackbone", "backbone_names", "register_backbone"]


def extract_features(images: keras.KerasTensor, config: DetectorConfig) -> tuple:
    """Run the configured backbone and check that its features fit the neck; raises BadBackbone."""
    name = config.backbone
    backbone = backbone_registry.find(name)
    try:
        features = tuple(backbone(images, config))
    except (MemoryError, tf.errors.ResourceExhaustedError):
        raise
    except Exception as error:  # whatever a network of somebody's own raises
        text = " ".join(str(error).split())[:300]
        raise BadBackbone(f"The backbone {name!r} failed: {type(error).__name__}: {text}") from error
    if not all(isinstance(feature, keras.KerasTensor) for feature in features):
        types = ", ".join(type(feature).__name__ for feature in features)
        raise BadBackbone(f"The backbone {name!r} returned {types}; three Keras tensors are needed.")
    found = [tuple(feature.shape[1:3]) for feature in features]
    wanted = [(config.input_size // stride,) * 2 for stride in STRIDES]
    if found != wanted or any(len(feature.shape) != 4 for feature in features):
        raise BadBackbone(
            f"The backbone {name!r} returned features of {found}; at input {config.input_size} "
            f"they must be {wanted}."
        )
    return features


@keras.saving.register_keras_serializable("blemish")
class BatchNorm(keras.layers.Layer):
    """Normalize over the batch in float32 by TensorFlow's fused kernel.

    Keras 3 composes its own layer of moments, which costs a CPU three times as much.
    """

    momentum, epsilon = 0.97, 1e-3

    def __init__(self, **options) -> None:
        super().__init__(**{"dtype": "float32", **options})

    def build(self, shape: tuple) -> None:
        # Never cast: RepConv reads them in float32 inside of a layer of a lower precision.
        one_each = {"shape": (shape[-1],), "autocast": False}
        self.gamma = self.add_weight(name="gamma", initializer="ones", **one_each)
        self.beta = self.add_weight(name="beta", initializer="zeros", **one_each)
        self.mean = self.add_weight(name="mean", initializer="zeros", trainable=False, **one_each)
        self.variance = self.add_weight(name="variance", initializer="ones", trainable=False, **one_each)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        moving = {} if training else {"mean": self.mean.value, "variance": self.variance.value}
        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            x, self.gamma.value, self.beta.value, epsilon=self.epsilon, is_training=bool(training), **moving
        )
        if training:
            self.mean.assign(self.mean * self.momentum + mean * (1 - self.momentum))
            self.variance.assign(self.variance * self.momentum + variance * (1 - self.momentum))
        return y


def convolve(x: keras.KerasTensor, filters: int, *, kernel: int = 3, stride: int = 1) -> keras.KerasTensor:
    """Convolve, normalize over the batch and apply SiLU. Only the convolution takes the lower precision."""
    x = keras.layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
    return keras.layers.Activation("silu", dtype="float32")(BatchNorm()(x))


@keras.saving.register_keras_serializable("blemish")
class RepConv(keras.layers.Layer):
    """Train a 3x3 and a 1x1 convolution and the identity side by side; predict with one 3x3 convolution.

    After RepVGG (Ding et al., 2021). The one kernel is computed from the weights; in an exported model these
    are constants, so it is folded when the model is loaded.
    """

    def build(self, shape: tuple) -> None:
        channels = shape[-1]
        normal = {"initializer": "he_normal", "autocast": False}  # fused in float32
        self.square = self.add_weight(name="square", shape=(3, 3, channels, channels), **normal)
        self.point = self.add_weight(name="point", shape=(1, 1, channels, channels), **normal)
        self.norms = [BatchNorm(name=f"norm_{branch}") for branch in ("square", "point", "identity")]
        for norm in self.norms:
            norm.build(shape)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training:
            kernel, bias = self.fuse()
            kernel = tf.cast(kernel, self.compute_dtype)
            return tf.cast(_convolve_same(x, kernel), tf.float32) + bias
        square, point = (tf.cast(part.value, self.compute_dtype) for part in (self.square, self.point))
        branches = (_convolve_same(x, square), _convolve_same(x, point), x)
        return tf.add_n(
            [
                norm(tf.cast(branch, tf.float32), training=True)
                for norm, branch in zip(self.norms, branches, strict=True)
            ]
        )

    def fuse(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the kernel [3, 3, C, C] and the bias [C] that do what the branches do, float32."""
        channels = self.point.shape[-1]
        middle = [[1, 1], [1, 1], [0, 0], [0, 0]]
        kernels = (
            self.square.value,
            tf.pad(self.point.value, middle),
            tf.pad(tf.eye(channels)[None, None], middle),
        )
        kernel, bias = 0.0, 0.0
        for branch, norm in zip(kernels, self.norms, strict=True):
            scale = norm.gamma.value * tf.math.rsqrt(norm.variance.value + norm.epsilon)
            kernel += branch * scale
            bias += norm.beta.value - norm.mean.value * scale
        return kernel, bias


def _convolve_same(x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
    return tf.nn.conv2d(tf.cast(x, kernel.dtype), kernel, strides=1, padding="SAME")


def add_residual(x: keras.KerasTensor, *, blocks: str = "plain") -> keras.KerasTensor:
    """Add two convolutions of x to x."""
    if blocks == "rep":
        y = x
        for _ in range(2):
            y = keras.layers.Activation("silu", dtype="float32")(RepConv()(y))
    else:
        y = convolve(convolve(x, x.shape[-1]), x.shape[-1])
    return keras.layers.Add(dtype="float32")([x, y])


@register_backbone("shallow")
def shallow(images: keras.KerasTensor, config: DetectorConfig) -> tuple:
    """Stack few plain 3x3 convolutions: on a CPU they beat depthwise ones, and so few hardly overfit."""
    stem, second, *stages = config.widths
    x = convolve(images, stem, stride=2)
    x = convolve(x, second, stride=2)
    features = []
    for width, depth in zip(stages, config.depths, strict=True):
        x = convolve(x, width, stride=2)
        for _ in range(depth):
            x = add_residual(x, blocks=config.blocks)
        features.append(x)
    return tuple(features)
