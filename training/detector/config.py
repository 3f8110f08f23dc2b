"""Every setting of the detector, with its default; saved whole in model.json to rebuild the network from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields

STRIDES = (8, 16, 32)
PRECISIONS = ("auto", "float32", "bfloat16")
OPTIMIZERS = ("muon", "adamw")


class BadConfig(ValueError):
    """A setting that no detector can be built or trained with."""


@dataclass(frozen=True)
class DetectorConfig:
    # Network
    backbone: str = "shallow"
    input_size: int = 224  # pixels a side, a multiple of 32; images keep their shape and are padded
    channels: int = 1  # 1 for gray, 3 for color
    widths: tuple[int, ...] = (12, 24, 48, 96, 128)  # at strides 2, 4, 8, 16, 32
    depths: tuple[int, ...] = (1, 2, 1)  # residual blocks at strides 8, 16, 32
    neck_width: int = 48
    head_depth: int = 2  # 3x3 convolutions in each branch
    precision: str = "auto"  # auto takes bfloat16 where the processor multiplies it

    # Schedule
    epochs: int = 60  # used when no time budget is given
    max_epochs: int = 300  # what a time budget never exceeds
    max_steps_of_few: int = 2000  # but so many steps it may take, however few the images
    batch_size: int = 16
    optimizer: str = "muon"  # for the kernels of convolutions; everything else follows adamw
    learning_rate: float = 3e-3
    final_learning_rate: float = 0.01  # share of learning_rate at the end of the cosine
    warmup_steps: int = 200
    weight_decay: float = 0.02
    clip_norm: float = 10.0
    average: float = 0.995  # decay of the averaged weights, which are the ones kept
    seed: int = 0

    # Assignment and losses
    score_power: float = 1.0
    iou_power: float = 6.0
    best_points: int = 10
    negative_power: float = 2.0
    box_weight: float = 2.0

    # Augmentation
    flip_horizontal: bool = True
    flip_vertical: bool = True
    scale_min: float = 0.7
    scale_max: float = 1.3
    shift: float = 0.15  # share of the input size
    unmoved: float = 0.3  # share of images that are only flipped, placed as prediction places them
    brightness: float = 0.15  # share of the gray range
    contrast: float = 0.25
    mosaic: float = 0.0  # share of images made of four
    mosaic_until: float = 0.8  # share of the schedule after which mosaic is off
    cache_megabytes: int = 1024  # images kept in memory at input size; the oldest used go first

    # Prediction
    max_detections: int = 100
    min_score: float = 0.01
    suppression_iou: float = 0.5

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        object.__setattr__(self, "depths", tuple(self.depths))
        for wrong, sentence in self._complaints():
            if wrong:
                raise BadConfig(sentence)

    def _complaints(self):
        yield (
            self.input_size < 32 or self.input_size % 32 != 0,
            f"input_size must be a multiple of 32, not {self.input_size}.",
        )
        yield self.channels not in (1, 3), f"channels must be 1 or 3, not {self.channels}."
        yield len(self.widths) != 5, f"widths must be five numbers, not {len(self.widths)}."
        yield len(self.depths) != 3, f"depths must be three numbers, not {len(self.depths)}."
        yield self.precision not in PRECISIONS, f"precision must be one of {', '.join(PRECISIONS)}."
        yield self.optimizer not in OPTIMIZERS, f"optimizer must be one of {', '.join(OPTIMIZERS)}."
        yield self.epochs < 1 or self.max_epochs < 1, "epochs and max_epochs must be at least 1."
        yield self.batch_size < 1, f"batch_size must be at least 1, not {self.batch_size}."
        yield self.learning_rate <= 0, f"learning_rate must be above 0, not {self.learning_rate}."
        yield not 0 <= self.average < 1, f"average must be in [0, 1), not {self.average}."
        yield (
            not 0 < self.scale_min <= self.scale_max,
            f"scale_min {self.scale_min} must be above 0 and at most scale_max {self.scale_max}.",
        )

    def to_dict(self) -> dict:
        """Return all settings as JSON-able values."""
        values = asdict(self)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict) -> DetectorConfig:
        """Rebuild from to_dict(); missing settings take their default. Raises BadConfig on unknown ones."""
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise BadConfig(f"Unknown detector settings: {', '.join(unknown)}.")
        return cls(**values)
