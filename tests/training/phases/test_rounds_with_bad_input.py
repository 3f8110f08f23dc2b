"""What goes wrong with files and memory gets one sentence on the round; the old model keeps serving."""

import json
import shutil

import numpy as np
import pytest
from django.core.files.storage import default_storage

from annotations.models import ImageState, JobState, Split
from inference import registry
from inference.models import ModelKind
from tests.factories import make_image, make_project, make_revision, wire_box
from tests.inference.detector.test_saved_detectors import MANIFEST, write_model
from training import round_run, rounds
from training.config import RoundConfig
from training.models import Phase, Round, RoundMode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OLD = "old-detector"
BRIEF = RoundConfig(epochs=1, input_size=32, train_graders=False)


@pytest.fixture
def project():
    """Give a project that can train, with a promoted model that serves."""
    project = make_project(types=("scratch", "pit"), window_low=0, window_high=255)
    for split in (Split.TRAIN, Split.TRAIN, Split.TEST, Split.TEST):
        image = make_image(project, split=split, state=ImageState.LABELED, box_count=1)
        make_revision(image, [wire_box("scratch")])
    registry.promote(add_model(project, OLD))
    return project


def add_model(project, name, **changes):
    path = registry.path_for(project, name)
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_model(path, **changes)
    return registry.register(project, name, kind=ModelKind.DETECTOR, class_names=["scratch", "pit"])


def assert_failed(round_: Round, sentence: str) -> None:
    """Check that ROUND failed with SENTENCE, said in words, and that the old model is still in use."""
    assert round_.state == JobState.FAILED, round_.message
    assert sentence in round_.error
    assert "Unexpected" not in round_.error
    assert "\n" not in round_.error
    assert registry.detector(round_.project).name == OLD


def run(project, config=BRIEF, mode=RoundMode.TRAIN_EVAL) -> Round:
    return rounds.run(rounds.create(project, mode=mode, config=config).pk)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 cut off", "the checkpoint is damaged"),
        (None, "the checkpoint has format 9, this version reads"),
    ],
)
def test_a_corrupt_or_newer_checkpoint(project, content, sentence):
    round_ = rounds.create(project, mode=RoundMode.TRAIN, config=BRIEF)
    folder = round_run.RoundRun(round_, None).folder / "detector" / "checkpoint"
    folder.mkdir(parents=True)
    if content is None:
        with (folder / "state.npz").open("wb") as file:
            np.savez(file, facts=np.array(json.dumps({"format": 9})))
    else:
        (folder / "state.npz").write_bytes(content)
    assert_failed(rounds.run(round_.pk), sentence)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drop": ("detection_scores",)}, "lacks the outputs detection_scores"),
        ({"signature": "predict"}, "has no signature serving_default; it has predict"),
        ({"manifest": MANIFEST | {"format": 9}}, "has format 9; this version reads format 1"),
        ({"manifest": MANIFEST | {"class_names": ["scratch"]}}, "names 1 classes, counted from 1"),
    ],
)
def test_a_model_that_cannot_be_run(project, changes, sentence):
    add_model(project, "bad", **changes)
    assert_failed(run(project, RoundConfig(model="bad")), sentence)


def test_a_training_image_that_vanished(project):
    image = project.images.filter(split=Split.TRAIN).first()
    default_storage.delete(image.file.name)
    assert_failed(run(project), f"The file of {image.name} has vanished or was damaged")


def test_a_test_image_that_vanished_is_left_out_with_a_warning(project):
    image = project.images.filter(split=Split.TEST).first()
    default_storage.delete(image.file.name)
    round_ = run(project, RoundConfig(model=OLD))
    assert (round_.state, round_.error) == (JobState.DONE, "")
    assert round_.metrics["images"] == 1
    (warning,) = round_.events.filter(kind="warning", data__text__icontains="cannot be read any more")
    assert f"1 of 2 images of the test split cannot be read any more and were left out: {image.name}" in str(
        warning.data
    )


def test_a_split_that_vanished_whole(project):
    for image in project.images.filter(split=Split.TEST):
        default_storage.delete(image.file.name)
    assert_failed(run(project, RoundConfig(model=OLD)), "None of the 2 images of the test split can be read")


@pytest.mark.parametrize("kind", ["python", "tensorflow"])
def test_too_little_memory(project, monkeypatch, kind):
    import tensorflow as tf

    from training.detector.fitting import trainer

    error = MemoryError() if kind == "python" else tf.errors.ResourceExhaustedError(None, None, "OOM")

    def exhaust(*args, **options):
        raise error

    monkeypatch.setattr(trainer, "train", exhaust)
    assert_failed(run(project), "The machine has not enough memory for this round")


def test_a_worker_that_the_system_kills_again_and_again(project):
    round_ = rounds.create(project, config=BRIEF)
    Round.objects.filter(pk=round_.pk).update(attempts=rounds.MAX_ATTEMPTS, phase=Phase.DETECTOR)
    assert_failed(rounds.run(round_.pk), "most likely for want of memory")


def test_the_model_in_use_that_cannot_be_compared_is_no_reason_to_fail(project):
    add_model(project, "better")
    write = registry.path_for(project, OLD) / "saved_model" / "saved_model.pb"
    write.write_bytes(b"no graph")
    round_ = run(project, RoundConfig(model="better"))
    assert (round_.state, round_.error) == (JobState.DONE, "")
    (warning,) = round_.events.filter(kind="warning", data__text__icontains="cannot be compared")
    assert OLD in warning.data["text"]
    assert registry.detector(project).name == "better"
