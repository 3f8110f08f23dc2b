"""Settings describe themselves: what a form and the checks need is read from the dataclass."""

from dataclasses import dataclass

import pytest

from training import options
from training.config import BadRoundConfig, RoundConfig
from training.detector.config import DetectorConfig
from training.graders.config import GraderConfig
from training.options import BadOption, setting


@dataclass(frozen=True)
class Sample:
    sides: tuple[int, ...] = setting((8, 16), "Sides.", least=1)
    rate: float = setting(0.5, "Rate.", label="The rate", least=0, most=1, simple=True)
    kind: str = setting("a", "Kind.", choices=("a", "b"))
    minutes: float | None = None


def test_a_field_tells_its_kind_range_and_words():
    sides, rate, kind, minutes = options.options_of(Sample)
    assert (sides.value_type, sides.many, sides.label) == (int, True, "Sides")
    assert (rate.value_type, rate.label, rate.sentence, rate.simple, rate.most) == (
        float,
        "The rate",
        "Rate.",
        True,
        1,
    )
    assert kind.choices == ("a", "b")
    assert (minutes.value_type, minutes.optional, minutes.sentence) == (float, True, "")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"rate": "fast"}, "rate must be a number, not 'fast'"),
        ({"rate": 1.5}, "rate must be at most 1"),
        ({"rate": float("nan")}, "rate must be at least 0"),
        ({"rate": True}, "rate must be a number, not True"),
        ({"sides": [4, 0]}, "sides must be at least 1"),
        ({"sides": 4}, "sides must be a list"),
        ({"kind": "c"}, "kind must be one of a, b"),
        ({"speed": 1}, "There is no setting 'speed'; known are kind, minutes, rate, sides"),
    ],
)
def test_a_wrong_value_gets_a_sentence_that_names_the_setting(values, sentence):
    with pytest.raises(BadOption, match=sentence):
        options.check(Sample, values)


def test_right_values_come_back_as_the_dataclass_holds_them():
    assert options.check(Sample, {"sides": [4, 8], "rate": 1, "minutes": None}) == {
        "sides": (4, 8),
        "rate": 1,
        "minutes": None,
    }


@pytest.mark.parametrize("config", [RoundConfig, DetectorConfig, GraderConfig])
def test_every_setting_has_a_sentence_and_keeps_its_own_range(config):
    for option in options.options_of(config):
        assert option.sentence.endswith("."), option.name
        assert option.check(option.default) == option.default


def test_a_round_takes_settings_of_its_networks():
    config = RoundConfig.from_dict({"detector": {"widths": [8, 8, 16, 16, 16], "batch_size": 4}, "epochs": 2})
    detector = config.detector_config(channels=3)
    assert (detector.widths, detector.batch_size, detector.channels) == ((8, 8, 16, 16, 16), 4, 3)
    assert detector.epochs == 2
    assert RoundConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("detector", "field", "sentence"),
    [
        ({"learning_rate": "x"}, "detector.learning_rate", "must be a number"),
        ({"seed": 3}, "detector.seed", "a setting of the round itself"),
        ({"speed": 3}, "detector.speed", "There is no setting 'speed'"),
        ({"scale_min": 2.0}, "detector.scale_min", "at most scale_max"),
        ({"widths": [8, 8]}, "detector.widths", "five numbers"),
    ],
)
def test_a_wrong_setting_of_a_network_is_named(detector, field, sentence):
    with pytest.raises(BadRoundConfig, match=sentence) as caught:
        RoundConfig.from_dict({"detector": detector})
    assert caught.value.extra["field"] == field
