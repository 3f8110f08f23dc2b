"""The networks of graders: crops in, one latent severity or a logit per grade out.

Shallow networks of our own: square kernels for boxes and squares, long ones for strips. Networks of
keras.applications stand beside them, from random weights.
"""

import keras

from training.graders.config import APPLICATIONS, GraderConfig
from training.graders.losses import head

LONG_KERNEL = 9  # along a strip; across it kernels stay short


def build(config: GraderConfig, *, levels: int, policy: str = "square") -> keras.Model:
    """Build the network: float `[N, H, W, 1]`, gray levels 0 to 255 -> logits `[N, levels - 1 or levels]`.

    (H, W) is `config.shape_for(policy)`.
    """
    shape = config.shape_for(policy)
    name = config.network_for(policy)
    pixels = keras.Input((*shape, 1), name="crops")
    # Exposure tells nothing about a defect, contrast does: the crop's mean is taken off, its scale is kept.
    x = keras.layers.Subtract()([pixels, keras.layers.GlobalAveragePooling2D(keepdims=True)(pixels)])
    x = keras.layers.Rescaling(1 / 32)(x)
    x = _application(x, name, shape) if name in APPLICATIONS else _shallow(x, config, long=name == "strip")
    if config.dropout:
        x = keras.layers.Dropout(config.dropout, seed=config.seed)(x)
    x = keras.layers.Dense(32, activation="silu", name="hidden")(x)
    return keras.Model(pixels, head(x, levels=levels, loss=config.loss), name="grader")


def _shallow(x, config: GraderConfig, *, long: bool):
    """Return the pooled features of our own network: its stages halve the crop."""
    for stage, width in enumerate(config.widths):
        short = 3 if stage else 5
        # A full-height defect is one long line: few long kernels see it sooner than many short ones.
        kernel = (LONG_KERNEL, 3) if long else (short, short)
        x = _convolution(x, width, kernel=kernel, stride=2, name=f"stage{stage}_a")
        if stage:
            x = _convolution(
                x, width, kernel=(LONG_KERNEL, 1) if long else (3, 3), stride=1, name=f"stage{stage}_b"
            )
    return _pooled(x)


def _pooled(x):
    # The mean tells how much of the crop is damaged, the maximum how deep the worst place is.
    parts = [keras.layers.GlobalAveragePooling2D()(x), keras.layers.GlobalMaxPooling2D()(x)]
    return keras.layers.Concatenate(name="pooled")(parts)


def _application(x, name: str, shape: tuple[int, int]):
    make = {
        "mobilenet_v2": keras.applications.MobileNetV2,
        "xception": keras.applications.Xception,
        "nasnet_mobile": keras.applications.NASNetMobile,
        "inception_v3": keras.applications.InceptionV3,
    }[name]
    return _pooled(make(include_top=False, weights=None, input_shape=(*shape, 1))(x))


def _convolution(x, width: int, *, kernel: tuple[int, int], stride: int, name: str):
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
