"""The settings of a severity grader, saved whole with every model."""

from dataclasses import asdict, dataclass, fields


@dataclass(frozen=True)
class GraderConfig:
    """How one grader is built and trained.

    `size` is the side of a crop in pixels, `widths` the channels of each stage (each halves the side),
    `steps` the optimizer steps at most; training stops earlier after `patience` evaluations without gain.
    `shift` (pixels) and `zoom` (share of the side) shake the crops: a detector's box is never exact.
    """

    size: int = 64
    widths: tuple[int, ...] = (16, 24, 48)
    dropout: float = 0.0
    batch: int = 32
    steps: int = 300
    evaluate_every: int = 30
    patience: int = 6
    learning_rate: float = 1e-2
    warmup_steps: int = 30
    weight_decay: float = 0.01
    average: float = 0.98
    shift: float = 3.0
    zoom: float = 0.1
    flip_horizontal: bool = True
    flip_vertical: bool = True
    least_crops: int = 12
    least_per_grade: int = 2
    seed: int = 1

    def to_json(self) -> dict:
        """Return plain JSON values, from which `from_json` makes an equal config."""
        return {**asdict(self), "widths": list(self.widths)}

    @classmethod
    def from_json(cls, data: dict) -> "GraderConfig":
        """Build a config from stored values; what is not stored takes its default. Unknown names raise."""
        unknown = set(data) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"A grader has no setting {sorted(unknown)[0]!r}.")
        return cls(**{**data, "widths": tuple(data.get("widths", cls.widths))})
