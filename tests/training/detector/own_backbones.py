"""A module of networks of one's own, as BLEMISH_BACKBONES may name it."""

import keras

from training.detector.backbones import register_backbone


@register_backbone("twenty-lines")
def twenty_lines(images, config):
    """Three strided convolutions and nothing else."""
    x = keras.layers.Conv2D(8, 5, strides=4, padding="same", activation="relu")(images)
    features = []
    for width in (16, 24, 32):
        x = keras.layers.Conv2D(width, 3, strides=2, padding="same", activation="relu")(x)
        features.append(x)
    return features


@register_backbone("raises")
def raises(images, config):
    """Fail as a network with a slip does."""
    raise KeyError("no such layer")


@register_backbone("flat-strides")
def flat_strides(images, config):
    """Return three features of one stride."""
    x = keras.layers.Conv2D(8, 3, strides=8, padding="same")(images)
    return x, x, x


@register_backbone("no-tensors")
def no_tensors(images, config):
    """Return what is no feature at all."""
    return 1, 2, 3
