"""What a round may be told, with defaults; saved whole with the round."""

from dataclasses import asdict, dataclass, fields

from annotations.errors import BlemishError


class BadRoundConfig(BlemishError):
    """A setting that no round can run with; `field` names it."""

    default_code = "bad_round_config"


@dataclass(frozen=True)
class RoundConfig:
    """Settings of one round. Where `minutes` and `epochs` are both None, minutes follow the images."""

    minutes: float | None = None  # budget of the detector's training
    epochs: int | None = None  # instead of minutes: passes over the train split
    backbone: str = "shallow"
    input_size: int = 224  # pixels a side, a multiple of 32
    seed: int = 0
    train_graders: bool = True
    use_auto_labels: bool = True  # train on auto-accepted images too
    # Evidence: a type is accepted without a person only with at least this many correct boxes above its
    # threshold on the calibration split.
    min_evidence: int = 5
    # One-sided confidence of the precision's lower bound (Clopper-Pearson).
    confidence: float = 0.8
    # Boxes below this score are not even proposed.
    propose_score: float = 0.25
    # A grade whose best probability is below this is worth a person's look.
    grade_doubt: float = 0.35

    def __post_init__(self) -> None:
        for field, wrong, sentence in self._complaints():
            if wrong:
                raise BadRoundConfig(sentence, field=field)

    def _complaints(self):
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

    def to_dict(self) -> dict:
        """Return the settings as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict) -> "RoundConfig":
        """Build from VALUES; what is missing takes its default. Raises BadRoundConfig naming the field."""
        known = {field.name: field for field in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise BadRoundConfig(f"A round has no setting {name!r}.", field=name)
            _check_kind(name, value, known[name].type)
        return cls(**values)


def _check_kind(name: str, value: object, kind) -> None:
    """Raise BadRoundConfig unless VALUE is of the field's KIND."""
    if value is None and kind in (float | None, int | None):
        return
    if kind is bool:
        right, word = isinstance(value, bool), "true or false"
    elif kind is str:
        right, word = isinstance(value, str), "a text"
    elif kind in (int, int | None):
        right, word = isinstance(value, int) and not isinstance(value, bool), "a whole number"
    else:
        right, word = isinstance(value, int | float) and not isinstance(value, bool), "a number"
    if not right:
        raise BadRoundConfig(f"{name} must be {word}, not {value!r}.", field=name)


def suggest_minutes(train_images: int) -> float:
    """Return the minutes of training that suit TRAIN_IMAGES on two cores: 2 for a hundred, 20 at most."""
    return float(min(20, max(2, round(train_images / 50))))
