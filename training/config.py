"""The settings of a round, with their defaults; saved whole with the round."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from annotations.errors import BlemishError
from inference.setting_names import present_names
from training import options
from training.detector import presets
from training.detector.config import DetectorConfig
from training.graders.config import GraderConfig
from training.options import setting

# Settings of the detector that the round itself gives, or that follow from the images.
OWN_OF_ROUND = ("backbone", "input_size", "channels", "epochs", "seed")
# Settings of the graders that the round gives.
OWN_OF_GRADERS = ("seed",)


class BadRoundConfig(BlemishError):
    """A setting that no round can run with; `field` names it."""

    default_code = "bad_round_config"


@dataclass(frozen=True)
class RoundConfig:
    """Settings of one round. Where `minutes` and `epochs` are both None, minutes follow the images.

    `detector` and `grader` hold what differs from the defaults of DetectorConfig and GraderConfig.
    """

    minutes: float | None = setting(
        None,
        "Budget of the detector's training; without it, it follows the number of images.",
        label="Minutes",
        simple=True,
    )
    preset: str = setting(
        "",
        "What the detector's training is for: fast, balanced or thorough; it gives minutes and network.",
        choices=("", *presets.PRESETS),
        simple=True,
    )
    epochs: int | None = setting(None, "Instead of minutes: passes over the train split.", label="Epochs")
    model: str = setting(
        "",
        "A detector that is there already, for example an imported one: it is calibrated, measured and used "
        "for labeling, and no detector is trained.",
        label="Use a ready detector",
    )
    backbone: str = setting(
        "shallow", "The network that turns an image into features; yours stand beside ours.", label="Network"
    )
    input_size: int = setting(
        224, "Pixels a side, a multiple of 32. Larger sees smaller defects and takes longer."
    )
    seed: int = setting(0, "The same seed, labels and settings give the same model on one machine.")
    train_graders: bool = setting(
        True, "One for each graded type with enough grades.", label="Train the graders too"
    )
    use_auto_labels: bool = setting(
        True,
        "They never measure: calibration and test take people's labels alone.",
        label="Learn from auto-labeled images",
    )
    min_evidence: int = setting(
        5,
        "Boxes found right on the calibration split before a type may be accepted by itself.",
        label="Least evidence",
    )
    # One-sided, of the precision's lower bound (Clopper and Pearson).
    confidence: float = setting(
        0.8, "How sure the proof of a type's precision must be. Higher accepts less.", label="Confidence"
    )
    propose_score: float = setting(
        0.25, "Boxes below this score are not even shown to a reviewer.", label="Propose from score"
    )
    grade_doubt: float = setting(0.35, "A grade whose best probability is below this goes to a person.")
    detector: dict[str, Any] = field(default_factory=dict)
    grader: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Rows and scripts of earlier releases give former names.
        for part in ("detector", "grader"):
            if isinstance(values := getattr(self, part), Mapping):
                object.__setattr__(self, part, present_names(values))
        for name, wrong, sentence in self._problems():
            if wrong:
                raise BadRoundConfig(sentence, field=name)
        self._check_network("detector", DetectorConfig, OWN_OF_ROUND)
        self._check_network("grader", GraderConfig, OWN_OF_GRADERS)

    def _check_network(self, part: str, config: type, own: tuple[str, ...]) -> None:
        """Raise BadRoundConfig unless the overrides of `part` make a `config`."""
        values = getattr(self, part)
        for name in values:
            if name in own:
                sentence = f"{part}.{name} is a setting of the round itself, or follows from the images."
                raise BadRoundConfig(sentence, field=f"{part}.{name}")
        try:
            config(**options.check(config, values))
        except options.BadOption as error:
            raise BadRoundConfig(f"{part}.{error}", field=f"{part}.{error.name}") from error
        except ValueError as error:
            name = next((name for name in values if name in str(error)), "")
            raise BadRoundConfig(f"{part}: {error}", field=f"{part}.{name}" if name else part) from error

    def _problems(self) -> Iterator[tuple[str, bool, str]]:
        yield (
            "minutes",
            self.minutes is not None and not 0 < self.minutes <= 7 * 24 * 60,
            "minutes must be above 0 and at most a week (10080).",
        )
        yield (
            "epochs",
            self.epochs is not None and not 1 <= self.epochs <= 10_000,
            "epochs must be from 1 to 10000.",
        )
        yield (
            "epochs",
            self.epochs is not None and self.minutes is not None,
            "Give minutes or epochs, not both.",
        )
        yield (
            "input_size",
            self.input_size % 32 != 0 or not 32 <= self.input_size <= 1024,
            "input_size must be a multiple of 32 from 32 to 1024.",
        )
        yield "seed", not 0 <= self.seed < 2**31, "seed must be from 0 to 2147483647."
        yield "min_evidence", self.min_evidence < 5, "min_evidence must be at least 5."
        yield "confidence", not 0.5 <= self.confidence < 1, "confidence must be from 0.5 to below 1."
        yield "propose_score", not 0 < self.propose_score < 1, "propose_score must be between 0 and 1."
        yield "grade_doubt", not 0 <= self.grade_doubt <= 1, "grade_doubt must be from 0 to 1."

    def detector_config(self, *, channels: int) -> DetectorConfig:
        """Return the detector's settings for images with `channels` channels."""
        given = {name: value for name, value in self.detector.items() if name not in OWN_OF_ROUND}
        chosen = presets.settings_of(self.preset, given)
        if self.epochs:
            chosen["epochs"] = self.epochs
        return DetectorConfig(
            backbone=self.backbone, input_size=self.input_size, channels=channels, seed=self.seed, **chosen
        )

    def budget(self, *, train_images: int) -> float | None:
        """Return the minutes of the detector's training; None when epochs are given instead."""
        if self.epochs is not None or self.minutes is not None:
            return self.minutes
        if self.preset:
            return presets.PRESETS[self.preset].minutes
        return suggest_minutes(train_images)

    def grader_config(self) -> GraderConfig:
        """Return the graders' settings."""
        return GraderConfig(seed=self.seed + 1, **options.check(GraderConfig, self.grader))

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "RoundConfig":
        """Build from `values`; what is missing takes its default. Raises BadRoundConfig naming the field."""
        known = {option.name: option for option in options.options_of(cls)}
        parts = {field.name for field in dataclasses.fields(cls)} - set(known)
        for name, value in values.items():
            if name in parts:
                if not isinstance(value, Mapping):
                    raise BadRoundConfig(f"{name} must be an object of settings.", field=name)
                continue
            if name not in known:
                raise BadRoundConfig(f"A round has no setting {name!r}.", field=name)
            try:
                known[name].check(value)
            except options.BadOption as error:
                raise BadRoundConfig(str(error), field=name) from error
        return cls(**values)


def suggest_minutes(train_images: int) -> float:
    """Return the minutes of training that suit `train_images` on two cores: 2 for a hundred, 20 at most."""
    return float(min(20, max(2, round(train_images / 50))))
