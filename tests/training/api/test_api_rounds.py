import pytest
from rest_framework.test import APIClient

from annotations.models import JobState, Role, Split
from tests.api import member_client, signed_in
from tests.factories import (
    make_box,
    make_evaluation,
    make_event,
    make_image,
    make_project,
    make_revision,
    make_round,
    make_user,
)
from training.models import Round

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def labeled(project):
    """Return the project with enough labels for a round."""
    for split in Split.values:
        for _ in range(2):
            image = make_image(project, split=split)
            make_box(image, "scratches")
            make_box(image, "pits")
            make_revision(image)
    return project


@pytest.fixture
def engineer(project) -> APIClient:
    return member_client(project, Role.ENGINEER)


def start(client, project, **data):
    return client.post(f"/api/projects/{project.slug}/rounds/", data)


def test_an_engineer_starts_a_round_with_its_settings(engineer, labeled):
    answer = start(engineer, labeled, mode="train-eval", config={"minutes": 3, "seed": 7})
    assert answer.status_code == 201, answer.json()
    data = answer.json()
    assert (data["number"], data["state"], data["mode"]) == (1, "queued", "train-eval")
    assert (data["config"]["minutes"], data["config"]["seed"]) == (3, 7)
    assert data["config"]["input_size"] == 224
    assert data["started_by"] == engineer.user.username


def test_a_script_may_give_settings_under_their_former_names(engineer, labeled):
    answer = start(engineer, labeled, config={"detector": {"average": 0.9, "turn": True}})
    assert answer.status_code == 201, answer.json()
    assert answer.json()["config"]["detector"] == {"ema_decay": 0.9, "rotate90": True}


def test_an_evaluation_tells_its_counts_under_former_names_too(engineer, project):
    row = make_evaluation(make_round(project))
    answer = engineer.get(f"/api/evaluations/{row.pk}/").json()
    for counts in (answer["metrics"], answer["report"]["confusion"]):
        assert counts["false_positives"] == counts["nothing_there"] == 2
        assert counts["misclassified"] == counts["mixed_up"] == 0


def test_a_second_round_beside_a_running_one_is_refused(engineer, labeled):
    start(engineer, labeled)
    answer = start(engineer, labeled)
    assert (answer.status_code, answer.json()["code"]) == (400, "cannot_start")
    assert Round.objects.count() == 1


def test_a_round_without_labels_is_refused_with_the_way_out(engineer, project):
    answer = start(engineer, project)
    assert (answer.status_code, answer.json()["code"]) == (400, "cannot_start")
    assert len(answer.json()["detail"]) > 20


def test_every_wrong_setting_gets_its_sentence(engineer, labeled):
    answer = start(engineer, labeled, config={"minutes": -1, "input_size": 100, "speed": 3, "seed": True})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_round_config")
    assert answer.json()["config"] == {
        "minutes": ["minutes must be above 0 and at most a week (10080)."],
        "input_size": ["input_size must be a multiple of 32 from 32 to 1024."],
        "speed": ["A round has no setting 'speed'."],
        "seed": ["seed must be a whole number, not True."],
    }
    assert not Round.objects.exists()


def test_settings_that_exclude_each_other_are_refused(engineer, labeled):
    answer = start(engineer, labeled, config={"minutes": 1, "epochs": 1})
    assert (answer.status_code, answer.json()["detail"]) == (400, "Give minutes or epochs, not both.")


@pytest.mark.parametrize("data", [{"mode": "fast"}, {"config": []}, {"config": "x"}, {"config": None}])
def test_a_body_of_another_shape_names_its_field(engineer, labeled, data):
    answer = start(engineer, labeled, **data)
    assert answer.status_code == 400
    assert set(answer.json()) == {*data, "code"}


def test_rounds_are_listed_newest_first_without_events(project, django_assert_num_queries):
    for _ in range(3):
        make_event(make_round(project, started_by=make_user()))
    client = member_client(project)
    with django_assert_num_queries(5):  # session, user, project, role, rounds
        rows = client.get(f"/api/projects/{project.slug}/rounds/").json()
    assert [row["number"] for row in rows] == [3, 2, 1]
    assert "events" not in rows[0]


def test_a_watcher_sees_progress_metrics_and_the_events_after_the_last_one(project):
    round_ = make_round(
        project,
        state=JobState.RUNNING,
        phase="detector",
        step=30,
        steps=120,
        seconds_left=41.5,
        images_per_second=88.0,
        metrics={"map50": 0.7},
    )
    first = make_event(round_, step=10, loss=2.0)
    second = make_event(round_, step=20, loss=1.5)
    client = member_client(project)
    data = client.get(f"/api/rounds/{round_.pk}/").json()
    assert (data["phase_text"], data["progress"], data["seconds_left"]) == (
        "Training the detector",
        0.25,
        41.5,
    )
    assert data["metrics"] == {"map50": 0.7}
    assert [event["id"] for event in data["events"]] == [first.pk, second.pk]
    assert data["events"][0]["data"] == {"step": 10, "loss": 2.0}
    later = client.get(f"/api/rounds/{round_.pk}/?since={first.pk}").json()
    assert [event["id"] for event in later["events"]] == [second.pk]


@pytest.mark.parametrize("since", ["x", "-1", "1e3", "9" * 30])
def test_a_since_that_is_no_event_is_refused(project, since):
    answer = member_client(project).get(f"/api/rounds/{make_round(project).pk}/?since={since}")
    assert answer.status_code == 400
    assert "since" in answer.json()


def test_a_failed_round_says_why(project):
    round_ = make_round(project, state=JobState.FAILED, error="The disk is full.")
    assert member_client(project).get(f"/api/rounds/{round_.pk}/").json()["error"] == "The disk is full."


def test_a_waiting_round_is_cancelled_at_once_and_a_running_one_is_asked(engineer, project):
    waiting = make_round(project, state=JobState.QUEUED)
    answer = engineer.post(f"/api/rounds/{waiting.pk}/cancel/")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    running = make_round(project, state=JobState.RUNNING)
    answer = engineer.post(f"/api/rounds/{running.pk}/cancel/")
    assert (answer.json()["state"], answer.json()["cancel_requested"]) == ("running", True)


def test_an_ended_round_cannot_be_cancelled(engineer, project):
    answer = engineer.post(f"/api/rounds/{make_round(project).pk}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_starting_and_cancelling_are_an_engineers(labeled):
    reviewer = member_client(labeled, Role.REVIEWER)
    assert start(reviewer, labeled).status_code == 403
    round_ = make_round(labeled, state=JobState.QUEUED)
    assert reviewer.post(f"/api/rounds/{round_.pk}/cancel/").status_code == 403
    assert signed_in(make_user()).post(f"/api/rounds/{round_.pk}/cancel/").status_code == 404
