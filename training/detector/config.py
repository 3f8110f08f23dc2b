"""Every setting of the detector, with its default; saved whole in model.json to rebuild the network from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any

from inference.setting_names import present_names
from training.options import setting

STRIDES = (8, 16, 32)
PRECISIONS = ("auto", "float32", "bfloat16")
OPTIMIZERS = ("muon", "adamw")
TILES = ("auto", "always", "never")
BLOCKS = ("plain", "rep")
CLASS_LOSSES = ("varifocal", "quality-focal")


class BadConfig(ValueError):
    """A setting that no detector can be built or trained with."""


@dataclass(frozen=True)
class DetectorConfig:
    """The settings; `training.options` shows them to people and checks their ranges."""

    # Network
    backbone: str = setting("shallow", "The network that turns an image into features.", label="Network")
    input_size: int = setting(
        224, "Pixels a side, a multiple of 32; images keep their shape and are padded.", least=32, most=2048
    )
    channels: int = setting(1, "1 for gray, 3 for color.", least=1, most=3)
    widths: tuple[int, ...] = setting(
        (12, 24, 48, 96, 128), "Channels at strides 2, 4, 8, 16 and 32.", least=1, most=2048
    )
    depths: tuple[int, ...] = setting((1, 2, 1), "Residual blocks at strides 8, 16 and 32.", least=0, most=50)
    neck_width: int = setting(48, "Channels where the three strides are mixed.", least=4, most=1024)
    head_depth: int = setting(2, "3×3 convolutions in each branch of the head.", least=0, most=10)
    blocks: str = setting(
        "plain",
        "Residual blocks; rep trains three branches a convolution and predicts with one.",
        choices=BLOCKS,
    )
    distance_bins: int = setting(
        0, "0 gives each side of a box as one number, 4 or more as a distribution.", least=0, most=64
    )
    precision: str = setting(
        "auto",
        "What the network computes in; auto takes bfloat16 where the processor multiplies it.",
        choices=PRECISIONS,
    )

    # Tiles
    tiles: str = setting(
        "auto",
        "Cut images larger than the input at native size; auto does so where defects would shrink away.",
        label="Cut large images",
        choices=TILES,
        simple=True,
    )
    tile_overlap: int = setting(
        0, "Pixels that neighbouring tiles share; 0 takes it from the labeled defects.", least=0, most=1024
    )
    empty_tiles: float = setting(0.25, "Share of the tiles that show no defect.", least=0, most=0.95)

    # Schedule
    epochs: int = setting(
        60, "Passes over the images, used when no time budget is given.", least=1, most=10_000
    )
    max_epochs: int = setting(300, "Passes that a time budget never exceeds.", least=1, most=100_000)
    max_steps_of_few: int = setting(
        2000, "But so many steps it may take, however few the images.", least=0, most=10_000_000
    )
    batch_size: int = setting(
        16, "Images in one step; fewer need less memory.", least=1, most=512, simple=True
    )
    optimizer: str = setting(
        "muon",
        "What moves the kernels of the convolutions; everything else follows adamw.",
        choices=OPTIMIZERS,
    )
    learning_rate: float = setting(3e-3, "How far a step goes.", most=10)
    final_learning_rate: float = setting(
        0.01, "Share of the learning rate at the end of the cosine.", least=0, most=1
    )
    warmup_steps: int = setting(
        200, "Steps in which the learning rate rises from zero.", least=0, most=1_000_000
    )
    weight_decay: float = setting(0.05, "How strongly weights are drawn to zero.", least=0, most=10)
    clip_norm: float = setting(10.0, "Longest gradient that a step follows.", most=1e6)
    ema_decay: float = setting(
        0.995,
        "Decay of the exponential moving average of the weights, which are the ones kept.",
        least=0,
        most=0.99999,
    )
    patience: float = setting(
        0.35, "Share of the schedule without a better held-out mAP that ends it; 0 never.", least=0, most=1
    )
    repeat_below: float = setting(
        0.1, "Images of a type that fewer than this share show come more often.", least=0, most=1
    )
    seed: int = setting(0, "The same seed gives the same model on one machine.", least=0, most=2**31 - 1)

    # Assignment and losses
    score_power: float = setting(1.0, "Weight of the score in choosing who learns a box.", least=0, most=20)
    iou_power: float = setting(6.0, "Weight of the overlap in choosing who learns a box.", least=0, most=20)
    assign_topk: int = setting(10, "Points that learn one box, the best aligned ones.", least=1, most=100)
    focal_gamma: float = setting(2.0, "How much easy background counts less.", least=0, most=10)
    class_loss: str = setting("quality-focal", "How wrong types are weighed.", choices=CLASS_LOSSES)
    box_weight: float = setting(2.0, "Weight of the boxes' loss beside the types'.", least=0, most=100)
    distribution_weight: float = setting(
        0.5, "Weight of the distributions' loss, where distance_bins are used.", least=0, most=100
    )

    # Augmentation
    flip_horizontal: bool = setting(True, "Images are mirrored left to right.", simple=True)
    flip_vertical: bool = setting(True, "Images are mirrored top to bottom.", simple=True)
    rotate90: bool = setting(
        False, "Images are also turned by a quarter; not where the direction tells the type.", simple=True
    )
    scale_min: float = setting(0.7, "Smallest zoom.", least=0.05, most=10)
    scale_max: float = setting(1.3, "Largest zoom.", least=0.05, most=10)
    stretch: float = setting(0.0, "Largest stretch of one side, and shrinking of the other.", least=0, most=1)
    shift: float = setting(0.15, "Farthest shift, as a share of the input size.", least=0, most=1)
    no_warp_share: float = setting(
        0.3, "Share of images only flipped, placed as prediction places them.", least=0, most=1
    )
    brightness: float = setting(0.15, "Largest change of brightness, share of the range.", least=0, most=1)
    contrast: float = setting(0.25, "Largest change of contrast.", least=0, most=1)
    mosaic: float = setting(0.0, "Share of images made of four.", least=0, most=1)
    mixup: float = setting(0.0, "Share of images laid over another one.", least=0, most=1)
    copy_paste: float = setting(0.3, "Share of images that get defects of another one.", least=0, most=1)
    mosaic_until: float = setting(
        0.8, "Share of the schedule after which images are no longer mixed.", least=0, most=1
    )
    cache_megabytes: int = setting(
        1024,
        "Memory for images at input size; the oldest used go first.",
        label="Image cache, MB",
        least=1,
        most=10**6,
    )

    # Prediction
    max_detections: int = setting(100, "Most boxes found on one image.", least=1, most=1000)
    min_score: float = setting(
        0.01, "Boxes below this score are dropped before suppression.", least=0, most=1
    )
    nms_iou: float = setting(
        0.5, "Overlap from which the weaker of two boxes of a type is dropped.", least=0.05, most=1
    )
    vote_iou: float = setting(
        0.5,
        "Overlap from which dropped boxes still have a say in the place; 1 gives none.",
        least=0.05,
        most=1,
    )
    flip_test: bool = setting(False, "Look at the mirrored image too and average; takes twice as long.")

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        object.__setattr__(self, "depths", tuple(self.depths))
        for wrong, sentence in self._problems():
            if wrong:
                raise BadConfig(sentence)

    def _problems(self) -> Iterator[tuple[bool, str]]:
        yield (
            self.input_size < 32 or self.input_size % 32 != 0,
            f"input_size must be a multiple of 32, not {self.input_size}.",
        )
        yield self.channels not in (1, 3), f"channels must be 1 or 3, not {self.channels}."
        yield len(self.widths) != 5, f"widths must be five numbers, not {len(self.widths)}."
        yield len(self.depths) != 3, f"depths must be three numbers, not {len(self.depths)}."
        yield self.precision not in PRECISIONS, f"precision must be one of {', '.join(PRECISIONS)}."
        yield self.optimizer not in OPTIMIZERS, f"optimizer must be one of {', '.join(OPTIMIZERS)}."
        yield self.tiles not in TILES, f"tiles must be one of {', '.join(TILES)}, not {self.tiles!r}."
        yield (
            not 0 <= self.tile_overlap < self.input_size,
            f"tile_overlap must be from 0 to below input_size {self.input_size}, not {self.tile_overlap}.",
        )
        yield not 0 <= self.empty_tiles < 1, f"empty_tiles must be in [0, 1), not {self.empty_tiles}."
        yield self.blocks not in BLOCKS, f"blocks must be one of {', '.join(BLOCKS)}, not {self.blocks!r}."
        yield (
            self.class_loss not in CLASS_LOSSES,
            f"class_loss must be one of {', '.join(CLASS_LOSSES)}, not {self.class_loss!r}.",
        )
        yield (
            self.distance_bins != 0 and not 4 <= self.distance_bins <= 64,
            f"distance_bins must be 0 or from 4 to 64, not {self.distance_bins}.",
        )
        for name in ("patience", "repeat_below", "mosaic", "mixup", "copy_paste", "mosaic_until", "stretch"):
            share = getattr(self, name)
            yield not 0 <= share <= 1, f"{name} must be from 0 to 1, not {share}."
        yield self.epochs < 1 or self.max_epochs < 1, "epochs and max_epochs must be at least 1."
        yield self.batch_size < 1, f"batch_size must be at least 1, not {self.batch_size}."
        yield self.learning_rate <= 0, f"learning_rate must be above 0, not {self.learning_rate}."
        yield not 0 <= self.ema_decay < 1, f"ema_decay must be in [0, 1), not {self.ema_decay}."
        yield (
            not 0 < self.scale_min <= self.scale_max,
            f"scale_min {self.scale_min} must be above 0 and at most scale_max {self.scale_max}.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as JSON-able values."""
        values = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DetectorConfig:
        """Rebuild from `to_dict`; missing settings take their default, former names are read too.

        Raises BadConfig on unknown settings.
        """
        values = present_names(values)
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise BadConfig(f"Unknown detector settings: {', '.join(unknown)}.")
        return cls(**values)
