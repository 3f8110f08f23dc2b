"""What the commit before the rearrangement made opens, trains on and exports.

`before_rooms.tar.xz` holds a database, media, model folders and a round's checkpoint of commit 57ea1b9, and
what that commit said about them; make.py made it there.
"""

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from inference.setting_names import present_names
from runner import ROOT

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def opened(tmp_path_factory) -> tuple[dict, dict]:
    """Unpack the installation, migrate it, work with it; return what was expected and what was seen."""
    var, scratch = tmp_path_factory.mktemp("before-rooms"), tmp_path_factory.mktemp("exports")
    with tarfile.open(HERE / "before_rooms.tar.xz") as packed:
        packed.extractall(var, filter="data")
    environment = os.environ | {
        "BLEMISH_VAR": str(var),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "PYTHONPATH": str(ROOT),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    run("manage.py", "migrate", "--verbosity", "0")
    seen = run(str(HERE / "open_before_rooms.py"), str(scratch)).strip().splitlines()[-1]
    return json.loads((var / "expected.json").read_text()), json.loads(seen)


def test_rows_have_the_present_names_of_settings_and_counts(opened):
    expected, seen = opened
    rows = seen["rows"]
    for config in rows["configs"]:
        assert config["detector"] == present_names(expected["detector"])
        assert config["grader"] == present_names(expected["grader"])
    detector = rows["models"]["detector-r1"]
    assert present_names(expected["detector"]).items() <= detector.items()
    assert detector["nms_iou"] == expected["detector"]["suppression_iou"] != 0.5
    assert not {"average", "turn", "unmoved", "best_points", "negative_power"} & set(detector)
    assert rows["models"]["grader-r1-square-1"]["ema_decay"] == expected["grader"]["average"]
    for part, counts in rows["evaluation"].items():
        former = dict(expected["evaluation"][part])
        former["misclassified"] = former.pop("mixed_up")
        former["false_positives"] = former.pop("nothing_there")
        assert counts == former


def test_the_old_archive_and_the_preferences_are_as_they_were(opened):
    expected, seen = opened
    old = expected["archive"]
    assert seen["rows"]["archive"] == [old["said"], old["entry"], old["entries"], old["failures"]]
    assert old["failures"]
    assert seen["rows"]["preferences"] == expected["preferences"]


def test_old_model_folders_and_checkpoints_are_read_with_their_own_settings(opened):
    expected, seen = opened
    settings = present_names(expected["detector"])
    assert settings["ema_decay"] == 0.97
    for name in ("checkpoint", "detector"):
        assert settings.items() <= seen["files"][name].items()
    assert present_names(expected["grader"]).items() <= seen["files"]["grader"].items()


@pytest.mark.parametrize("name", ["voc", "boxes_csv", "model_export"])
def test_exports_are_the_same_byte_by_byte(opened, name):
    expected, seen = opened
    assert expected[name]
    assert seen[name] == expected[name]


def test_the_old_detector_finds_and_measures_the_same(opened):
    expected, seen = opened
    assert sum(map(len, expected["predictions"])) > 3
    for old, new in zip(expected["predictions"], seen["predictions"], strict=True):
        assert [box[0] for box in new] == [box[0] for box in old]
        for old_box, new_box in zip(old, new, strict=True):
            assert new_box[1:] == pytest.approx(old_box[1:], abs=1e-2)
    assert expected["evaluate"]["map50"] > 0.5
    for name in ("map", "map50", "map75", "images"):
        assert seen["evaluate"][name] == pytest.approx(expected["evaluate"][name], abs=1e-3)


def test_the_waiting_round_goes_on_from_its_checkpoint_to_its_end(opened):
    expected, seen = opened
    ended = seen["round"]
    assert (ended["state"], ended["error"]) == ("done", "")
    assert min(ended["steps"]) > expected["first_step_seen"], "the training began anew"
    assert ended["trained"] == [expected["steps"]]
    assert present_names(expected["detector"]).items() <= ended["detector"].items()
    assert ended["previous"] == "detector-r1"
    assert ended["previous_map"] == pytest.approx(expected["evaluate"]["map"], abs=1e-3)
    assert list(ended["thresholds"]) == ["square"]
