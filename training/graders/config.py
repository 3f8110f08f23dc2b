"""The settings of a severity grader, saved whole with every model."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from inference.graders.crops import STRIPS
from inference.setting_names import present_names
from training.options import setting

OWN_NETWORKS = ("shallow", "strip")
# Of keras.applications, with random weights, and the smallest side that each can take.
APPLICATIONS = {"mobilenet_v2": 32, "xception": 71, "nasnet_mobile": 32, "inception_v3": 75}
NETWORKS = ("auto", *OWN_NETWORKS, *APPLICATIONS)
LOSSES = ("ordinal", "categorical", "focal")
OPTIMIZERS = ("adamw", "adam", "nadam", "sgd", "nesterov")
SCHEDULES = ("cosine", "plateau")
KEEP = ("loss", "accuracy", "all")


@dataclass(frozen=True)
class GraderConfig:
    """How one grader is built and trained; see the sentence of each field.

    A crop of a box or a square is `size` × `size` pixels, a strip `strip_length` × `strip_width`.
    `shift` (pixels) and `zoom` (share of a side) jitter the crops: a detector's box is never exact.
    """

    # Network
    network: str = setting(
        "auto",
        "auto takes shallow for boxes and squares, and strip, with long kernels, for strips.",
        simple=True,
        choices=NETWORKS,
    )
    size: int = setting(64, "Side of a crop of a box or a square, in pixels.", least=16, most=512)
    strip_length: int = setting(192, "Length of a strip as the network sees it.", least=32, most=1024)
    strip_width: int = setting(32, "Width of a strip as the network sees it.", least=16, most=256)
    widths: tuple[int, ...] = setting(
        (16, 24, 48), "Channels of each stage of our own networks; each stage halves the crop.", least=1
    )
    dropout: float = setting(0.0, "Share of features left out at each step.", least=0, most=0.9)

    # Learning
    loss: str = setting(
        "ordinal",
        "ordinal knows that grade 2 lies between 1 and 3; categorical and focal treat grades as classes.",
        simple=True,
        choices=LOSSES,
    )
    focal_gamma: float = setting(2.0, "How much the focal loss turns to hard crops.", least=0, most=10)
    optimizer: str = setting("adamw", "What moves the weights.", simple=True, choices=OPTIMIZERS)
    momentum: float = setting(0.9, "Memory of sgd and nesterov.", least=0, most=0.999)
    learning_rate: float = setting(1e-2, "How far a step goes.", least=1e-6, most=10)
    schedule: str = setting(
        "cosine",
        "cosine falls to zero at the last step; plateau falls when the loss no longer does.",
        choices=SCHEDULES,
    )
    plateau_factor: float = setting(0.3, "What plateau multiplies the rate with.", least=0.01, most=0.99)
    plateau_patience: int = setting(2, "Evaluations without gain before plateau acts.", least=1, most=100)
    warmup_steps: int = setting(
        30, "Steps in which the learning rate rises from zero.", least=0, most=100_000
    )
    weight_decay: float = setting(
        0.01, "How strongly adamw draws weights to zero; the others do not.", least=0, most=10
    )
    ema_decay: float = setting(
        0.98, "Decay of the moving average of the weights, which are the ones kept.", least=0, most=0.9999
    )
    batch: int = setting(32, "Crops in one step.", least=1, most=1024)
    steps: int = setting(300, "Steps at most.", least=1, most=1_000_000, simple=True)
    evaluate_every: int = setting(30, "Steps between two evaluations on the calibration split.", least=1)
    patience: int = setting(6, "Such evaluations without gain that end the training.", least=0, most=10_000)
    keep: str = setting(
        "loss",
        "Which weights are kept: of the least loss, of the best accuracy, or all, of which the least loss "
        "serves.",
        choices=KEEP,
    )
    calibrate: bool = setting(
        True, "Probabilities are scaled by one temperature, so that they can be believed."
    )

    # Augmentation
    shift: float = setting(3.0, "Farthest shift of a crop in pixels.", least=0, most=100)
    zoom: float = setting(0.1, "Largest zoom, as a share of a side.", least=0, most=0.9)
    rotation: float = setting(0.0, "Largest turn of a box or square in degrees.", least=0, most=180)
    flip_horizontal: bool = setting(True, "Crops are mirrored left to right.")
    flip_vertical: bool = setting(True, "Crops are mirrored top to bottom.")

    # What a grader needs
    least_crops: int = setting(12, "Graded boxes that a grader needs.", least=2, most=100_000)
    least_per_grade: int = setting(2, "Of at least two grades, so many boxes each.", least=1, most=10_000)
    seed: int = setting(1, "The same seed gives the same grader on one machine.", least=0, most=2**31 - 1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", tuple(self.widths))
        if not self.widths:
            raise ValueError("widths must name at least one stage.")

    def network_for(self, policy: str) -> str:
        """Return the name of the network for crops of `policy`."""
        if self.network != "auto":
            return self.network
        return "strip" if policy in STRIPS else "shallow"

    def shape_for(self, policy: str) -> tuple[int, int]:
        """Return (height, width) of a crop of `policy` in pixels, at least what the network can take."""
        least = APPLICATIONS.get(self.network_for(policy), 1)
        shape = (self.strip_length, self.strip_width) if policy in STRIPS else (self.size, self.size)
        return max(shape[0], least), max(shape[1], least)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, from which `from_json` makes an equal config."""
        return {**asdict(self), "widths": list(self.widths)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> GraderConfig:
        """Build a config from stored values; what is not stored takes its default, former names are read too.

        Raises ValueError on unknown names.
        """
        data = present_names(data)
        unknown = set(data) - {field.name for field in fields(cls)}
        if unknown:
            raise ValueError(f"A grader has no setting {sorted(unknown)[0]!r}.")
        return cls(**data)
