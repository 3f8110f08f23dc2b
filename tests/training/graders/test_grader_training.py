"""Graders learn small data, export whole folders, and say what they lack."""

import json
from dataclasses import replace

import numpy as np
import pytest

from inference.graders import saved_graders
from inference.model_folders import BrokenModel
from training.graders import metrics, trainer
from training.graders.config import GraderConfig

pytestmark = pytest.mark.slow

TINY = GraderConfig(size=16, widths=(8, 8), batch=12, steps=160, evaluate_every=20, warmup_steps=5, shift=1)


def dots(count: int, *, levels: int, seed: int = 0):
    """Crops with a dot in the middle, the darker the higher its grade."""
    rng = np.random.default_rng(seed)
    grades = np.arange(count) % levels + 1
    crops = rng.integers(120, 136, (count, 16, 16)).astype(np.uint8)
    crops[:, 6:10, 6:10] -= (grades * 90 // levels).astype(np.uint8)[:, None, None]
    return crops, grades


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    crops, grades = dots(36, levels=3)
    seen = []
    result = trainer.train(
        crops,
        grades,
        levels=3,
        config=TINY,
        folder=tmp_path_factory.mktemp("grader"),
        report=seen.append,
        validation=dots(12, levels=3, seed=1),
        name="dot",
    )
    return result, seen


@pytest.fixture(scope="module")
def exported(trained, tmp_path_factory):
    return trainer.export(trained[0], tmp_path_factory.mktemp("models") / "grader-1", defect_type="dot")


def test_it_learns_tiny_data(trained):
    result, _ = trained
    assert result.chosen_on == "calibration"
    assert result.metrics["accuracy"] == 1.0
    assert result.metrics["kappa"] == 1.0
    assert result.metrics["crops"] == 12


def test_it_reports_its_progress(trained):
    _, seen = trained
    assert [progress.step for progress in seen[:3]] == [10, 20, 30]
    assert all(progress.steps == 160 and progress.images_per_second > 0 for progress in seen)


def test_the_exported_folder_grades_alone(exported):
    grader = saved_graders.load(exported)
    assert (grader.defect_type, grader.levels, grader.shape, grader.policy) == ("dot", 3, (16, 16), "square")
    crops, grades = dots(9, levels=3, seed=2)
    probabilities = grader.predict(crops)
    assert probabilities.shape == (9, 3)
    assert probabilities.min() >= 0
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(9))
    assert saved_graders.likely_grades(probabilities).tolist() == grades.tolist()
    assert grader.predict(crops[:0]).shape == (0, 3)


def test_the_folder_holds_weights_config_and_saved_model_and_no_draft(exported):
    about = json.loads((exported / "model.json").read_text())
    assert (about["format"], about["kind"], about["levels"]) == (1, "grader", 3)
    assert GraderConfig.from_json(about["config"]) == TINY
    assert {path.name for path in exported.iterdir()} == {"model.json", "saved_model", "weights.weights.h5"}
    assert [path.name for path in exported.parent.iterdir()] == ["grader-1"]


def test_crops_of_another_size_are_refused(exported):
    with pytest.raises(ValueError, match="16 × 16"):
        saved_graders.load(exported).predict(np.zeros((1, 20, 20), np.uint8))


def test_a_report_that_raises_stops_the_training(tmp_path):
    def stop(progress):
        raise KeyboardInterrupt

    config = replace(TINY, widths=(4,))
    with pytest.raises(KeyboardInterrupt):
        trainer.train(*dots(36, levels=3), levels=3, config=config, folder=tmp_path, report=stop)


@pytest.mark.parametrize("grades", [[1, 2] * 5, [1] * 20, [1] * 19 + [2]])
def test_too_few_grades_say_how_many_are_needed(grades, tmp_path):
    crops = np.zeros((len(grades), 16, 16), np.uint8)
    with pytest.raises(trainer.TooFewGrades, match="needs at least 12 graded boxes"):
        trainer.train(
            crops, np.array(grades), levels=3, config=TINY, folder=tmp_path, report=print, name="dot"
        )


def test_rare_grades_weigh_more_and_the_mean_stays_one():
    weights = trainer.class_weights(np.array([1] * 9 + [2]), 3)
    assert weights[1] == pytest.approx(3 * weights[0])
    assert (9 * weights[0] + weights[1]) / 10 == pytest.approx(1.0)


def test_a_damaged_folder_is_named(exported, tmp_path):
    with pytest.raises(BrokenModel, match=r"model\.json is missing"):
        saved_graders.load(tmp_path)
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(BrokenModel, match="cannot be read"):
        saved_graders.load(tmp_path)
    about = json.loads((exported / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**about, "format": 99}))
    with pytest.raises(BrokenModel, match="format 99"):
        saved_graders.load(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(about))
    with pytest.raises(BrokenModel, match="cannot be loaded"):
        saved_graders.load(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        {"loss": "categorical", "optimizer": "sgd", "keep": "accuracy"},
        {"loss": "focal", "optimizer": "nadam", "keep": "all", "schedule": "plateau"},
    ],
)
def test_other_losses_and_optimizers_learn_too_and_export_alike(settings, tmp_path):
    config = replace(TINY, steps=60, learning_rate=5e-3, **settings)
    trained = trainer.train(
        *dots(36, levels=3),
        levels=3,
        config=config,
        folder=tmp_path / "training",
        report=lambda progress: None,
        validation=dots(24, levels=3, seed=1),
    )
    assert trained.history[-1]["calibration"] < trained.history[0]["calibration"]
    grader = saved_graders.load(trainer.export(trained, tmp_path / "model", defect_type="dot"))
    crops, grades = dots(24, levels=3, seed=1)
    served = metrics.measure(grades, grader.predict(crops))
    assert served["nll"] == pytest.approx(trained.metrics["nll"], rel=1e-3)
    assert served["confusion"] == trained.metrics["confusion"]
    kept = sorted((tmp_path / "training").glob("step-*"))
    assert len(kept) == (len(trained.history) if settings["keep"] == "all" else 0)


def test_strips_are_learned_upright(tmp_path):
    config = replace(TINY, strip_length=48, strip_width=16, steps=60)
    crops, grades = dots(36, levels=2)
    strips = np.pad(crops, ((0, 0), (16, 16), (0, 0)), mode="edge")
    trained = trainer.train(
        strips,
        grades,
        levels=2,
        config=config,
        folder=tmp_path / "training",
        report=lambda progress: None,
        policy="column",
    )
    grader = saved_graders.load(trainer.export(trained, tmp_path / "model", defect_type="dot"))
    assert (grader.policy, grader.shape) == ("column", (48, 16))
    assert grader.predict(strips[:3]).shape == (3, 2)
