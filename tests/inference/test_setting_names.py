"""Settings under former names are read as the present ones, wherever they were stored."""

import importlib

import pytest
from django.apps import apps

from inference.setting_names import RENAMED, digested_names, present_names
from tests.factories import make_evaluation, make_model, make_project, make_round
from training.config import RoundConfig
from training.detector.config import DetectorConfig
from training.graders.config import GraderConfig

FORMER = {
    "average": 0.9,
    "turn": True,
    "unmoved": 0.4,
    "best_points": 7,
    "negative_power": 1.5,
    "suppression_iou": 0.35,
}
PRESENT = {
    "ema_decay": 0.9,
    "rotate90": True,
    "no_warp_share": 0.4,
    "assign_topk": 7,
    "focal_gamma": 1.5,
    "nms_iou": 0.35,
}


def test_former_names_become_present_ones_and_other_names_stay():
    assert present_names(FORMER | {"epochs": 3}) == PRESENT | {"epochs": 3}


def test_where_both_names_are_given_the_present_one_counts():
    assert present_names({"ema_decay": 0.5, "average": 0.9}) == {"ema_decay": 0.5}


def test_the_names_in_digests_are_the_former_ones():
    assert digested_names(PRESENT | {"epochs": 3}) == FORMER | {"epochs": 3}


def test_every_present_name_is_a_setting_and_no_former_one_is():
    settings = {*DetectorConfig.__dataclass_fields__, *GraderConfig.__dataclass_fields__}
    assert set(RENAMED.values()) <= settings
    assert not set(RENAMED) & settings


def test_every_config_reads_former_names():
    assert DetectorConfig.from_dict(FORMER) == DetectorConfig(**PRESENT)
    grader = GraderConfig.from_json({"average": 0.8, "focal_power": 3.0})
    assert (grader.ema_decay, grader.focal_gamma) == (0.8, 3.0)
    config = RoundConfig.from_dict({"detector": FORMER, "grader": {"average": 0.8}})
    assert config.to_dict()["detector"] == PRESENT
    assert config.detector_config(channels=1).nms_iou == 0.35
    assert config.grader_config().ema_decay == 0.8


@pytest.mark.django_db
def test_the_migrations_rename_stored_settings_and_counts_and_can_be_reversed():
    project = make_project()
    round_ = make_round(project, config={"seed": 1, "detector": FORMER, "grader": {"average": 0.8}})
    detector = make_model(project, config=FORMER | {"epochs": 3})
    row = make_evaluation(round_, model=detector)
    counts = (row.metrics, row.report["confusion"])
    rounds_of = importlib.import_module("training.migrations.0004_setting_names")
    models_of = importlib.import_module("inference.migrations.0003_setting_names")

    def refresh():
        for stored in (round_, detector, row):
            stored.refresh_from_db()

    for migration in (rounds_of, models_of):
        migration.backward(apps, None)
        migration.forward(apps, None)
    refresh()
    assert round_.config == {"seed": 1, "detector": PRESENT, "grader": {"ema_decay": 0.8}}
    assert detector.config == PRESENT | {"epochs": 3}
    assert (row.metrics, row.report["confusion"]) == counts
    for migration in (rounds_of, models_of):
        migration.backward(apps, None)
    refresh()
    assert round_.config == {"seed": 1, "detector": FORMER, "grader": {"average": 0.8}}
    assert detector.config == FORMER | {"epochs": 3}
    assert row.metrics["nothing_there"] == counts[0]["false_positives"]
    assert "mixed_up" in row.report["confusion"]
    assert "misclassified" not in row.report["confusion"]
