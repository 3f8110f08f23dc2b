"""What docs/engine.md and docs/object-detection-api.md show works, and what they name exists."""

import re

import pytest

from runner import ROOT
from training import options
from training.config import RoundConfig
from training.detector import backbone_registry
from training.detector.config import DetectorConfig

ENGINE = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "object-detection-api.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_network_of_the_example_is_twenty_lines_and_builds():
    from training.detector.network import build

    (code,) = re.findall(r"```python\n# steel_networks.py.*?\n(.*?)```", ENGINE, re.DOTALL)
    assert len(code.strip().splitlines()) <= 20
    exec(compile(code, "steel_networks.py", "exec"), {"__name__": "steel_networks"})
    assert backbone_registry.describe("depthwise").startswith("Depthwise convolutions")
    logits, distances = build(DetectorConfig(backbone="depthwise", input_size=64), classes=2).outputs
    assert logits.shape == (None, 84, 2)
    assert distances.shape[1] == 84


def test_every_setting_that_the_table_names_exists():
    known = {f"detector.{option.name}" for option in options.options_of(DetectorConfig)}
    known |= {option.name for option in options.options_of(RoundConfig)} | {"mode"}
    table = API.partition("| key | here | where |")[2]
    named = {name for row in table.splitlines() if row.startswith("| `") for name in _settings(row)}
    assert {name for name in named if name.startswith("detector.")} > {"detector.batch_size"}
    assert named - known == set()


def _settings(row: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", row.rstrip("| ").rpartition("|")[2])
