import json

import pytest

from training.detector.config import BadConfig, DetectorConfig


def test_a_config_survives_json():
    config = DetectorConfig(input_size=96, widths=(8, 8, 8, 8, 8))
    assert DetectorConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"input_size": 100}, "multiple of 32"),
        ({"channels": 2}, "1 or 3"),
        ({"precision": "half"}, "precision"),
        ({"epochs": 0}, "epochs"),
        ({"scale_min": 2.0}, "scale_min"),
        ({"batch_size": 0}, "batch_size"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_its_name(setting, sentence):
    with pytest.raises(BadConfig, match=sentence):
        DetectorConfig(**setting)


def test_an_unknown_setting_is_named():
    with pytest.raises(BadConfig, match="momentum"):
        DetectorConfig.from_dict({"momentum": 0.9})
