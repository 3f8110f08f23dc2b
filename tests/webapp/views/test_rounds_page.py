"""The rounds page: starting, watching, reading and cancelling a round, and promoting a model."""

import pytest
from django.urls import reverse

from annotations.models import Role
from inference.models import ModelVersion
from tests.factories import (
    make_box,
    make_event,
    make_image,
    make_model,
    make_project,
    make_revision,
    make_round,
    make_snapshot,
)
from tests.webapp.views.pages import sign_in, text_of
from training.models import Round

pytestmark = pytest.mark.django_db
DEFAULTS = {
    "mode": "self-train",
    "time": "",
    "backbone": "shallow",
    "input_size": "224",
    "seed": "0",
    "train_graders": "on",
    "use_auto_labels": "on",
    "min_evidence": "5",
    "confidence": "0.8",
    "propose_score": "0.25",
    "grade_doubt": "0.35",
}


@pytest.fixture
def project():
    """Give a project on whose labels a round can start."""
    project = make_project()
    image = make_image(project)
    make_box(image)
    make_revision(image)
    return project


def page(client, project, number=None) -> str:
    args = [project.slug] if number is None else [project.slug, number]
    return text_of(client.get(reverse("rounds" if number is None else "round", args=args)))


def start(client, project, **changes):
    return client.post(reverse("rounds", args=[project.slug]), DEFAULTS | changes)


def test_a_project_without_labels_is_told_why_no_round_can_start(client):
    project = make_project()
    sign_in(client, project, Role.ENGINEER)
    text = page(client, project)
    assert "No labeled image is in the train split" in text
    assert "Start the round" not in text


def test_an_inspector_reads_and_cannot_start(client, project):
    sign_in(client, project)
    assert "takes the role engineer" in page(client, project)
    answer = start(client, project)
    assert answer.status_code == 403
    assert not Round.objects.exists()


def test_an_engineer_starts_a_round_with_the_defaults(client, project):
    person = sign_in(client, project, Role.ENGINEER)
    assert start(client, project).status_code == 302
    round_ = Round.objects.get()
    assert (round_.state, round_.mode, round_.started_by) == ("queued", "self-train", person)
    assert round_.config["minutes"] is None
    assert round_.config["train_graders"] is True
    text = page(client, project)
    assert "Round 1 Queued" in text
    assert "No worker has taken it yet" in text


def test_the_settings_of_the_form_reach_the_round(client, project):
    sign_in(client, project, Role.ENGINEER)
    start(client, project, mode="train", time="own", minutes="1.5", seed="7", train_graders="")
    config = Round.objects.get().config
    assert (config["minutes"], config["seed"], config["train_graders"]) == (1.5, 7, False)


def test_a_preset_brings_its_own_minutes(client, project):
    sign_in(client, project, Role.ENGINEER)
    start(client, project, time="thorough", minutes="3")
    config = Round.objects.get().config
    assert (config["preset"], config["minutes"]) == ("thorough", None)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"input_size": "100"}, "Input size must be a multiple of 32"),
        ({"time": "own"}, "Write the number of minutes."),
        ({"time": "own", "minutes": "-1"}, "Minutes must be above 0"),
        ({"min_evidence": "2"}, "Least evidence must be at least 5"),
        ({"mode": "dance"}, "Select a valid choice"),
        ({"seed": ""}, "This field is required"),
    ],
)
def test_a_wrong_setting_is_told_at_its_field_and_starts_nothing(client, project, changes, sentence):
    sign_in(client, project, Role.ENGINEER)
    answer = start(client, project, **changes)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Round.objects.exists()


def test_a_second_round_is_refused_while_one_runs(client, project):
    sign_in(client, project, Role.ENGINEER)
    make_round(project, state="running")
    answer = start(client, project)
    assert answer.status_code == 422
    assert "already waiting or running" in text_of(answer)
    assert Round.objects.count() == 1


def test_a_running_round_shows_phase_share_and_time_left(client, project):
    sign_in(client, project, Role.ENGINEER)
    make_round(
        project,
        mode="self-train",
        state="running",
        phase="detector",
        step=30,
        steps=120,
        seconds_left=185,
        images_per_second=90.4,
        message="Training the detector, epoch 3 of 12",
    )
    text = page(client, project)
    assert "Training the detector, epoch 3 of 12" in text
    assert "25 % of this phase, step 30 of 120, 90 images/s" in text
    assert "about 3 min 5 s left" in text
    assert "Cancel the round" in text


def test_the_live_part_reloads_the_page_when_the_round_has_ended(client, project):
    sign_in(client, project)
    round_ = make_round(project, state="running", phase="detector")
    live = reverse("round-live", args=[project.slug, 1])
    answer = client.get(live, headers={"hx-request": "true"})
    assert "Training the detector" in text_of(answer)
    assert "Cancel" not in text_of(answer)
    Round.objects.filter(pk=round_.pk).update(state="done")
    assert client.get(live, headers={"hx-request": "true"})["HX-Refresh"] == "true"


def test_cancelling_stops_a_waiting_round_at_once(client, project):
    sign_in(client, project, Role.ENGINEER)
    make_round(project, state="queued")
    client.post(reverse("round-cancel", args=[project.slug, 1]))
    assert Round.objects.get().state == "cancelled"
    answer = client.post(reverse("round-cancel", args=[project.slug, 1]), follow=True)
    assert "has already ended" in text_of(answer)


def test_an_inspector_cannot_cancel(client, project):
    sign_in(client, project)
    make_round(project, state="queued")
    assert client.post(reverse("round-cancel", args=[project.slug, 1])).status_code == 403
    assert Round.objects.get().state == "queued"


def test_a_failed_round_says_why_and_what_was_kept(client, project):
    sign_in(client, project)
    make_round(project, state="failed", phase="detector", error="The disk is full.")
    text = page(client, project)
    assert "It failed while training the detector. The disk is full." in text
    assert "no label was lost" in text


def test_a_finished_round_shows_accuracy_thresholds_and_reasons(client, project):
    sign_in(client, project)
    reason = "Manual: only 3 of its boxes were found right in the calibration images; 5 are needed."
    types = {
        "scratches": {"value": 0.62, "reason": "All good.", "precision": 0.98, "recall": 0.8, "support": 40},
        "pits": {"value": None, "reason": reason, "precision": None, "recall": None, "support": 0},
    }
    model = make_model(project, "detector-r1", calibration={"types": types, "nothing_found": None})
    metrics = {
        "map": 0.352,
        "map50": 0.691,
        "map75": None,
        "images": 8,
        "boxes": 13,
        "per_class": {
            "scratches": {"ap": 0.41, "ap50": 0.77, "boxes": 7},
            "pits": {"ap": None, "ap50": None, "boxes": 0},
        },
        "graders": {
            "pits": {
                "crops": 7,
                "accuracy": 0.71,
                "mean_grade_error": 0.3,
                "kappa": 0.913,
                "ece": 0.082,
                "policy": "column",
                "confusion": [[4, 1], [1, 1]],
            }
        },
    }
    counts = {"train": {"images": 1, "boxes": 1, "auto": 0}}
    round_ = make_round(
        project,
        detector=model,
        metrics=metrics,
        snapshot=make_snapshot(project, counts=counts),
        routing={"auto_labeled": 12, "in_review": 30, "reasons": {}},
    )
    make_event(round_, "warning", text="No labeled image is in the test split.")
    text = page(client, project, 1)
    assert "0.691 mAP at IoU 0.5" in text
    assert "scratches 0.770 0.410 7 0.62 0.98 0.80 All good." in text
    assert f"pits – – 0 manual – – {reason}" in text
    assert "12 auto-labeled" in text
    assert "30 sent to review" in text
    assert "pits 7 0.71 0.30 0.91 0.08 Full-height strip" in text
    assert "Grade by a person graded 1 graded 2 1 4 1 2 1 1" in text
    assert "train 1 image, 1 box" in text
    assert "No labeled image is in the test split." in text


def test_an_evaluation_lists_every_kept_model(client, project):
    sign_in(client, project)
    metrics = {
        "models": {"detector-r1": {"map50": 0.5, "map": 0.2, "map75": 0.1}, "imported": {"map50": None}}
    }
    make_round(project, mode="eval", metrics=metrics)
    text = page(client, project)
    assert "detector-r1 0.500 0.200 0.100" in text
    assert "imported – – –" in text


def test_promoting_is_an_engineers_and_a_missing_folder_is_told(client, project):
    model = make_model(project, "detector-r1")
    address = reverse("model-promote", args=[project.slug, model.pk])
    sign_in(client, project)
    assert client.post(address).status_code == 403
    sign_in(client, project, Role.ENGINEER)
    answer = client.post(address, follow=True)
    assert "The files of detector-r1 are gone" in text_of(answer)
    assert not ModelVersion.objects.get().promoted


def test_promoting_puts_a_model_into_use(client, project):
    model = make_model(project, "detector-r1")
    model.path.mkdir(parents=True)
    (model.path / "model.json").write_text("{}")
    sign_in(client, project, Role.ENGINEER)
    answer = client.post(reverse("model-promote", args=[project.slug, model.pk]), follow=True)
    assert "detector-r1 is used from now on." in text_of(answer)
    assert ModelVersion.objects.get().promoted


def test_many_rounds_and_models_take_as_many_queries_as_one(client, project, django_assert_max_num_queries):
    person = sign_in(client, project, Role.ENGINEER)
    for index in range(8):
        make_round(project, started_by=person, detector=make_model(project, f"detector-{index}"))
    with django_assert_max_num_queries(24):
        page(client, project)


def test_the_checkpoints_on_the_way_are_listed(client, project):
    sign_in(client, project)
    rows = [
        {"round": 1, "step": step, "map": 0.2, "map50": step / 1000, "map75": None} for step in (200, 400)
    ]
    make_round(project, mode="train-eval", metrics={"map": 0.2, "map50": 0.4, "checkpoints": rows})
    text = page(client, project)
    assert "Accuracy of the checkpoints" in text
    assert "1 200 0.200 0.200 – 1 400 0.400 0.200 –" in text


def test_a_setting_of_the_detector_reaches_the_round_and_the_defaults_stay_out(client, project):
    sign_in(client, project, Role.ENGINEER)
    start(
        client, project, detector__batch_size="4", detector__flip_vertical="false", detector__neck_width="48"
    )
    assert Round.objects.get().config["detector"] == {"batch_size": 4, "flip_vertical": False}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"detector__batch_size": "0"}, "Batch size must be at least 1"),
        ({"detector__widths": "1, two"}, "Widths must be numbers with commas between them"),
        ({"detector__scale_min": "2"}, "at most scale_max"),
        ({"detector__optimizer": "hope"}, "Select a valid choice"),
        ({"backbone": "nowhere"}, "Select a valid choice"),
    ],
)
def test_a_wrong_setting_of_the_detector_is_told_and_starts_nothing(client, project, changes, sentence):
    sign_in(client, project, Role.ENGINEER)
    answer = start(client, project, **changes)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Round.objects.exists()


def test_the_settings_of_a_round_and_its_model_stand_with_a_sentence_each(client, project):
    sign_in(client, project)
    model = make_model(project, config={"batch_size": 16, "widths": [12, 24, 48, 96, 128]})
    make_round(project, detector=model, config={"minutes": None, "seed": 3})
    text = page(client, project)
    assert "Minutes chosen by itself Budget of the detector" in text
    assert "Widths 12, 24, 48, 96, 128 Channels at strides" in text
