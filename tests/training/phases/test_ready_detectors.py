"""A detector that is there already is calibrated, measured and used for labeling without any training."""

import shutil

import pytest

from annotations.models import ImageState, JobState, ReviewItem, Split
from inference import registry
from inference.models import ModelKind, ModelSource
from tests.factories import make_image, make_project, make_revision, make_round, png, wire_box
from tests.inference.detector.test_saved_detectors import MANIFEST, write_model
from training import round_run, rounds
from training.config import RoundConfig
from training.models import RoundMode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
NAME = "imported-tiny"


def make_ready(names=("scratch", "pit")):
    """Make a project with an imported detector that finds a pit at [10, 30) × [10, 50) of 100 × 50 images."""
    project = make_project(types=("pit", "scratch"), precision_target=0.6, window_low=0, window_high=255)
    path = registry.path_for(project, NAME)
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_model(path, manifest=MANIFEST | {"class_names": list(names), "thresholds": {}})
    registry.register(
        project, NAME, kind=ModelKind.DETECTOR, source=ModelSource.IMPORTED, class_names=list(names)
    )
    return project


def add_images(project, split, count, *, labeled=True):
    box = {"xmin": 12.8, "ymin": 4.8, "xmax": 38.4, "ymax": 24.0}
    for _ in range(count):
        state = ImageState.LABELED if labeled else ImageState.UNLABELED
        image = make_image(project, split=split, state=state, content=png())
        if labeled:
            make_revision(image, [wire_box("pit", **box)])


def run(project, mode, **values):
    return rounds.run(rounds.create(project, mode=mode, config=RoundConfig(model=NAME, **values)).pk)


def test_an_imported_detector_is_calibrated_measured_and_proposes():
    project = make_ready()
    add_images(project, Split.CALIBRATION, 12)
    add_images(project, Split.TEST, 3)
    add_images(project, Split.TRAIN, 2, labeled=False)
    round_ = run(project, RoundMode.SELF_TRAIN, train_graders=False)
    assert (round_.state, round_.error) == (JobState.DONE, "")
    assert round_.detector.name == NAME
    assert round_.detector.promoted
    # The project has pit first, the model scratch first: thresholds go by name.
    assert 0.4 < round_.detector.thresholds["pit"] < 0.6
    assert round_.detector.thresholds["scratch"] is None
    assert round_.metrics["per_class"]["pit"]["ap50"] > 0.9
    assert sum(round_.routing[name] for name in ("auto_labeled", "in_review")) == 2
    assert round_.evaluations.get().report["confusion"]["right"] == 3
    assert not (round_run.RoundRun(round_, None).folder / "detector").exists(), "nothing was trained"


def test_without_any_label_it_proposes_everything_to_people():
    project = make_ready()
    add_images(project, Split.TRAIN, 2, labeled=False)
    round_ = run(project, RoundMode.SELF_TRAIN, train_graders=False)
    assert (round_.state, round_.error) == (JobState.DONE, "")
    assert ReviewItem.objects.filter(image__project=project).count() == 2


def test_mode_eval_calibrates_what_never_was_and_leaves_out_what_cannot_be_run():
    project = make_ready()
    add_images(project, Split.CALIBRATION, 12)
    add_images(project, Split.TEST, 3)
    broken = registry.path_for(project, "broken")
    shutil.rmtree(broken, ignore_errors=True)
    write_model(broken, drop=("detection_scores",))
    registry.register(project, "broken", kind=ModelKind.DETECTOR, class_names=["pit"])
    kept = round_run.RoundRun(make_round(project), None).folder / "detector" / "kept" / "step-000010"
    kept.mkdir(parents=True)
    (kept / "state.npz").write_bytes(b"PK cut off")
    round_ = rounds.run(rounds.create(project, mode=RoundMode.EVAL, config=RoundConfig()).pk)
    assert (round_.state, round_.error) == (JobState.DONE, "")
    assert list(round_.metrics["models"]) == [NAME]
    model, checkpoint = (event.data["text"] for event in round_.events.filter(kind="warning"))
    assert "broken was left out, because it cannot be run" in model
    assert "lacks the outputs detection_scores" in model
    assert "The checkpoint of round 1, step 10 was left out" in checkpoint
    assert "is damaged" in checkpoint
    assert project.model_versions.get(name=NAME).thresholds["pit"] is not None


def test_an_unknown_detector_is_refused_before_the_round():
    project = make_ready()
    with pytest.raises(rounds.CannotStart, match=r"has no detector 'nobody'; it has: imported-tiny"):
        rounds.create(project, config=RoundConfig(model="nobody"))
