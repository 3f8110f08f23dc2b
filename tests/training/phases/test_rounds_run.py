"""A round goes from frozen labels to accepted and doubtful images, and its pieces can be traced."""

import pytest

from annotations.models import Box, Decision, ImageState, JobState, ReviewItem, Split
from inference.models import ModelKind
from tests.training.surfaces import make_surfaces
from tests.training.test_tensorboard import read
from training import round_run, rounds
from training.config import RoundConfig
from training.models import LotImage, RoundMode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CONFIG = RoundConfig(epochs=60, input_size=64)


def test_two_rounds_label_what_they_are_sure_of_and_ask_about_the_rest():
    project = make_surfaces()
    first = rounds.create(project, mode=RoundMode.SELF_TRAIN, config=CONFIG)
    first = rounds.run(first.pk)
    assert (first.state, first.error) == (JobState.DONE, "")
    assert first.snapshot.counts[Split.TRAIN]["images"] == 24
    assert first.metrics["images"] == 8
    assert first.metrics["map50"] > 0.5
    _check_routing(project, first)
    _check_models(project)
    _check_explanation(project, first)

    brief = RoundConfig(epochs=2, input_size=64, train_graders=False)
    second = rounds.run(rounds.create(project, mode=RoundMode.SELF_TRAIN, config=brief).pk)
    assert second.state == JobState.DONE
    assert second.snapshot.counts[Split.TRAIN]["auto"] == first.routing["auto_labeled"]
    assert second.snapshot.digest != first.snapshot.digest
    assert second.metrics["previous"]["model"] == "detector-r1"


def _check_routing(project, round_) -> None:
    auto = project.images.filter(state=ImageState.AUTO_LABELED)
    asked = project.images.filter(state=ImageState.IN_REVIEW)
    assert auto.count() == round_.routing["auto_labeled"] > 0
    assert asked.count() == round_.routing["in_review"]
    assert auto.count() + asked.count() == 10
    assert LotImage.objects.filter(lot__round=round_).count() == auto.count()
    thresholds = round_.detector.thresholds
    for box in Box.objects.filter(image__in=auto):
        assert (box.model_name, box.round_number, box.decision) == ("detector-r1", 1, Decision.AUTO)
        assert box.score >= thresholds[box.defect_type.name]
    for item in ReviewItem.objects.filter(image__in=asked):
        assert item.detail
        assert item.proposal.model_name == "detector-r1"


def _check_models(project) -> None:
    promoted = project.model_versions.filter(promoted=True)
    assert {model.kind for model in promoted} == {ModelKind.DETECTOR, ModelKind.GRADER}
    grader = promoted.get(kind=ModelKind.GRADER)
    assert grader.defect_type.name == "square"
    for model in promoted:
        assert (model.path / "saved_model" / "saved_model.pb").exists()


def _check_explanation(project, round_) -> None:
    row = round_.evaluations.get()
    assert (row.model, row.metrics["map50"]) == (round_.detector, round_.metrics["map50"])
    assert row.images.count() == 8
    names = {name for name, *_ in read(round_run.RoundRun(round_, None).folder / "events")}
    assert {"loss/total", "learning_rate", "test/map50", "test_ap50/square"} <= names
