import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.models import JobState
from inference.models import Inspection
from tests.api import member_client, signed_in
from tests.factories import make_inspection, make_model, make_project, make_type, make_user, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def send(client, project, *names: str, **data):
    files = [SimpleUploadedFile(name, png()) for name in names]
    return client.post(
        f"/api/projects/{project.slug}/inspections/", {"files": files, **data}, format="multipart"
    )


def test_images_are_kept_and_wait_for_a_worker(project):
    make_model(project, "round-3", promoted=True)
    client = member_client(project)
    answer = send(client, project, "a.png", "b.png", threshold=0.3)
    assert answer.status_code == 201, answer.json()
    data = answer.json()
    assert (data["state"], data["model_name"], data["threshold"]) == ("queued", "round-3", 0.3)
    assert (data["total"], data["done"]) == (2, 0)
    assert [image["name"] for image in data["images"]] == ["a.png", "b.png"]
    assert client.get(answer["Location"]).json()["id"] == data["id"]


def test_another_model_than_the_promoted_one_can_be_named(project):
    make_model(project, "round-3", promoted=True)
    make_model(project, "round-2")
    assert send(member_client(project), project, "a.png", model="round-2").json()["model_name"] == "round-2"


@pytest.mark.parametrize("data", [{}, {"model": "unheard"}])
def test_without_its_model_nothing_is_kept(project, data):
    answer = send(member_client(project), project, "a.png", **data)
    assert (answer.status_code, answer.json()["code"]) == (404, "model_missing")
    assert not Inspection.objects.exists()


@pytest.mark.parametrize("data", [{"threshold": 2}, {"threshold": "nan"}, {"max_boxes": 0}])
def test_a_wrong_setting_is_named(project, data):
    make_model(project, promoted=True)
    answer = send(member_client(project), project, "a.png", **data)
    assert answer.status_code == 400
    assert set(answer.json()) == {*data, "code"}


def test_a_call_without_files_is_told(project):
    make_model(project, promoted=True)
    answer = send(member_client(project), project)
    assert (answer.status_code, "files" in answer.json()) == (400, True)


def test_defects_come_with_score_grade_and_severity(project):
    graded = make_type(project, "dents", grades=2)
    inspection = make_inspection(project, defects=2)
    image = inspection.images.get()
    low, high = image.defects.order_by("pk")
    low.score = 0.5
    low.save()
    high.defect_type, high.grade_probabilities, high.grader_name = graded, [0.2, 0.8], "round-1-dents"
    high.save()
    data = member_client(project).get(f"/api/inspections/{inspection.pk}/").json()
    (row,) = data["images"]
    assert (row["name"], row["width"], row["height"], row["done"]) == ("part-0.png", 64, 48, True)
    first, second = row["defects"]
    assert (first["defect_type"], first["score"], first["grade"]) == ("dents", 0.8, 2)
    assert first["severity"] == pytest.approx(0.9)
    assert (second["grade"], second["severity"], second["grade_probabilities"]) == (None, 0.5, None)
    assert row["severity"] == pytest.approx(0.9)
    assert (data["total"], data["done"]) == (1, 1)


def test_an_inspection_costs_the_same_for_many_defects(project, django_assert_num_queries):
    make_type(project, "dents", grades=2)
    inspection = make_inspection(project, images=4, defects=5)
    client = member_client(project)
    with django_assert_num_queries(6):  # session, user, inspection, images, defects, grades
        assert len(client.get(f"/api/inspections/{inspection.pk}/").json()["images"]) == 4


def test_inspections_are_listed_newest_first(project, django_assert_num_queries):
    made = [make_inspection(project, images=2).pk for _ in range(3)]
    make_inspection(make_project())
    client = member_client(project)
    with django_assert_num_queries(5):  # session, user, project, role, inspections
        rows = client.get(f"/api/projects/{project.slug}/inspections/").json()["results"]
    assert [row["id"] for row in rows] == made[::-1]
    assert (rows[0]["total"], rows[0]["done"]) == (2, 2)


@pytest.mark.parametrize("kind", ["file", "drawn"])
def test_pictures_are_for_members_only(project, kind):
    inspection = make_inspection(project)
    client = member_client(project)
    address = client.get(f"/api/inspections/{inspection.pk}/").json()["images"][0][kind]
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert "immutable" in answer["Cache-Control"]
    assert signed_in(make_user()).get(address).status_code == 404


def test_a_picture_that_is_not_there_says_why(project):
    image = make_inspection(project).images.get()
    image.drawn, image.error = "", "part-0.png: cut off."
    image.save()
    client = member_client(project)
    assert client.get(f"/api/inspections/{image.inspection_id}/").json()["images"][0]["drawn"] is None
    answer = client.get(f"/api/inspected-images/{image.pk}/drawn/")
    assert (answer.status_code, "cut off" in answer.json()["detail"]) == (404, True)


def test_a_waiting_inspection_is_cancelled_and_an_ended_one_is_not(project):
    client = member_client(project)
    waiting = make_inspection(project, state=JobState.QUEUED)
    assert client.post(f"/api/inspections/{waiting.pk}/cancel/").json()["state"] == "cancelled"
    answer = client.post(f"/api/inspections/{waiting.pk}/cancel/")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
