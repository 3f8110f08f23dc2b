"""A preset is a budget and a network in one word; what is given beside it counts more."""

import json

import pytest

from training.config import BadRoundConfig, RoundConfig
from training.detector.config import DetectorConfig
from training.detector.presets import PRESETS


def test_every_preset_makes_a_detector_and_says_its_minutes():
    assert {name: preset.minutes for name, preset in PRESETS.items()} == {
        "fast": 5,
        "balanced": 20,
        "thorough": 60,
    }
    for preset in PRESETS.values():
        assert isinstance(DetectorConfig(**preset.settings), DetectorConfig)
        assert preset.sentence.endswith(".")


def test_a_round_takes_minutes_and_network_from_its_preset():
    config = RoundConfig.from_dict(json.loads(json.dumps(RoundConfig(preset="fast").to_dict())))
    assert config.budget(train_images=3000) == 5
    assert config.detector_config(channels=1).neck_width == PRESETS["fast"].settings["neck_width"]


def test_what_is_given_counts_more_than_the_preset():
    config = RoundConfig(preset="thorough", minutes=7, detector={"neck_width": 32})
    assert config.budget(train_images=10) == 7
    assert config.detector_config(channels=1).neck_width == 32
    assert RoundConfig(preset="fast", epochs=3).budget(train_images=10) is None


def test_without_a_preset_minutes_follow_the_images():
    assert RoundConfig().budget(train_images=250) == 5
    assert RoundConfig().detector_config(channels=1) == DetectorConfig()


def test_an_unknown_preset_is_refused():
    with pytest.raises(BadRoundConfig, match="preset"):
        RoundConfig.from_dict({"preset": "turbo"})
