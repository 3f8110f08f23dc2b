import pytest

from tests.api import member_client
from tests.factories import make_image, make_project, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project())


@pytest.fixture
def client(image):
    return member_client(image.project)


@pytest.fixture
def saved(client, image):
    """Return the boxes of versions 1 and 2."""
    versions = [[wire_box()], [wire_box("pits"), wire_box()]]
    for version, boxes in enumerate(versions):
        client.put(f"/api/images/{image.pk}/boxes/", {"boxes": boxes}, headers={"If-Match": f'"{version}"'})
    return versions


def test_every_save_is_a_revision_with_author_and_reason(client, image, saved):
    rows = client.get(f"/api/images/{image.pk}/revisions/").json()
    assert [(row["version"], row["reason"], len(row["boxes"])) for row in rows] == [
        (2, "save", 2),
        (1, "save", 1),
    ]
    assert rows[0]["author"] == client.user.username
    assert rows[0]["created_at"]


def test_restoring_makes_a_new_revision(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 1}, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    assert [box["id"] for box in answer.json()["boxes"]] == [box["id"] for box in saved[0]]
    rows = client.get(f"/api/images/{image.pk}/revisions/").json()
    assert (len(rows), rows[0]["reason"]) == (3, "restore of version 1")


def test_version_0_brings_back_the_empty_image(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 0})
    assert answer.json()["boxes"] == []


def test_a_stale_restore_is_412(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 1}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["version"]) == (412, 2)


def test_an_unknown_revision_is_404(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 9})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("data", [{}, {"version": "old"}, {"version": -1}, {"version": 10**30}])
def test_a_revision_that_is_no_number_is_named(client, image, data):
    answer = client.post(f"/api/images/{image.pk}/restore/", data)
    assert answer.status_code == 400
    assert "version" in answer.json()
