"""Grades are proposed for boxes that a person draws: asked by REST, answered by a worker, kept by nobody."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from annotations import jobs
from annotations.models import JobState
from inference import registry
from inference.graders import grade_requests
from inference.models import GradeRequest
from tests.factories import make_image, make_member, make_user
from tests.inference.tiny_models import GRADER, make_inspecting_project

pytestmark = pytest.mark.django_db


def wire_box(name: str, **more) -> dict:
    return {"id": str(uuid.uuid4()), "defect_type": name, "xmin": 2, "ymin": 2, "xmax": 9, "ymax": 9, **more}


@pytest.fixture
def asked(client, django_capture_on_commit_callbacks, monkeypatch):
    """Give a function that posts boxes of a fresh image as anna; what it would enqueue is collected."""
    sent = []
    monkeypatch.setattr(jobs, "enqueue", lambda task, pk, **_: sent.append(pk))
    project = make_inspecting_project()
    image = make_image(project, ready=True)
    client.force_login(make_member(project))

    def ask(*boxes):
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(
                f"/api/images/{image.pk}/grades/", {"boxes": list(boxes)}, content_type="application/json"
            )
        return response

    ask.image, ask.sent = image, sent
    return ask


def test_a_worker_answers_with_a_probability_for_each_grade(asked, client):
    box = wire_box("pit")
    response = asked(box)
    assert response.status_code == 202
    assert response.json()["state"] == "queued"
    pk = response.json()["id"]
    assert asked.sent == [pk]
    assert grade_requests.answer(pk)
    answer = client.get(f"/api/grade-requests/{pk}/").json()
    assert answer["state"] == "done"
    (probabilities,) = answer["grades"].values()
    assert list(answer["grades"]) == [box["id"]]
    assert len(probabilities) == 2
    assert sum(probabilities) == pytest.approx(1.0)
    assert not grade_requests.answer(pk), "a second delivery does nothing"


def test_a_type_without_a_grader_is_answered_at_once_with_nothing(asked):
    response = asked(wire_box("scratch"))
    assert (response.json()["state"], response.json()["grades"], asked.sent) == ("done", {}, [])


def test_a_worker_that_comes_too_late_drops_the_question(asked):
    pk = asked(wire_box("pit")).json()["id"]
    GradeRequest.objects.update(created_at=timezone.now() - timedelta(seconds=grade_requests.PATIENCE + 1))
    assert not grade_requests.answer(pk)
    assert GradeRequest.objects.get(pk=pk).state == JobState.QUEUED


def test_questions_are_forgotten_after_an_hour(asked):
    old = asked(wire_box("pit")).json()["id"]
    GradeRequest.objects.filter(pk=old).update(created_at=timezone.now() - timedelta(hours=2))
    asked(wire_box("pit"))
    assert not GradeRequest.objects.filter(pk=old).exists()


def test_a_box_outside_of_the_image_is_refused_by_name(asked):
    response = asked(wire_box("pit", xmax=10**6))
    assert response.status_code == 400
    assert "xmax" in response.json()["detail"]


def test_nobody_sees_the_questions_of_others(asked, client):
    pk = asked(wire_box("pit")).json()["id"]
    client.force_login(make_member(asked.image.project))
    assert client.get(f"/api/grade-requests/{pk}/").status_code == 404
    client.force_login(make_user())
    assert client.post(f"/api/images/{asked.image.pk}/grades/", {}).status_code == 404


def test_an_image_whose_file_is_gone_is_a_sentence(asked):
    pk = asked(wire_box("pit")).json()["id"]
    grade_requests._pixels.cache_clear()
    default_storage.delete(asked.image.file.name)
    assert grade_requests.answer(pk)
    row = GradeRequest.objects.get(pk=pk)
    assert row.state == JobState.FAILED
    assert row.error


def test_the_label_page_knows_which_types_a_model_grades(asked, client):
    page = client.get(f"/p/{asked.image.project.slug}/label/")
    types = {kind["name"]: kind["has_grader"] for kind in page.context["data"]["types"]}
    assert types == {"scratch": False, "pit": True}
    assert registry.graders(asked.image.project)["pit"].name == GRADER
