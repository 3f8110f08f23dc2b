from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.models import ImageState, Lease, Split
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_user

pytestmark = pytest.mark.django_db


def names(answer) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["name"] for row in answer.json()["results"]]


def test_a_row_tells_what_a_gallery_shows():
    project = make_project()
    image = make_image(
        project, "a.png", ready=True, part="P1", lot="L1", line="3", labeled_by=make_user("eva")
    )
    make_box(image)
    Lease.objects.create(image=image, user=make_user("max"), expires_at=timezone.now() + timedelta(minutes=1))
    (row,) = member_client(project).get(f"/api/projects/{project.slug}/images/").json()["results"]
    expected = {
        "id": image.pk,
        "name": "a.png",
        "width": 64,
        "height": 48,
        "split": "train",
        "state": "labeled",
        "version": 0,
        "box_count": 1,
        "part": "P1",
        "lot": "L1",
        "line": "3",
        "captured_at": None,
        "labeled_by": "eva",
    }
    assert {name: row[name] for name in expected} == expected
    assert row["lease"]["user"] == "max"
    assert row["thumbnail"].startswith(f"/api/images/{image.pk}/thumbnail/?v=")


def test_an_ended_lease_is_not_shown():
    project = make_project()
    image = make_image(project)
    Lease.objects.create(image=image, user=make_user(), expires_at=timezone.now() - timedelta(seconds=1))
    (row,) = member_client(project).get(f"/api/projects/{project.slug}/images/").json()["results"]
    assert row["lease"] is None


def test_the_list_costs_the_same_for_many_images(django_assert_num_queries):
    project = make_project()
    for _ in range(12):
        image = make_image(project, labeled_by=make_user())
        Lease.objects.create(image=image, user=make_user(), expires_at=timezone.now() + timedelta(minutes=1))
    client = member_client(project)
    with django_assert_num_queries(5):  # session, user, project, role, images
        assert len(names(client.get(f"/api/projects/{project.slug}/images/?page_size=10"))) == 10


def test_filters_narrow_the_list_together():
    project = make_project()
    make_box(make_image(project, "a.png", split=Split.TEST, lot="L1"), "pits")
    make_box(make_image(project, "b.png", lot="L1"), "scratches")
    make_box(make_image(project, "c.png", lot="L2"), "pits")
    make_image(project, "d.png", part="Part 77")
    client = member_client(project)

    def listed(query: str) -> list[str]:
        return names(client.get(f"/api/projects/{project.slug}/images/?{query}"))

    assert listed("state=unlabeled") == ["d.png"]
    assert listed("state=unlabeled&state=labeled") == ["a.png", "b.png", "c.png", "d.png"]
    assert listed("split=test") == ["a.png"]
    assert listed("defect_type=pits") == ["a.png", "c.png"]
    assert listed("defect_type=pits&lot=L1") == ["a.png"]
    assert listed("defect_type=unheard") == []
    assert listed("q=part+7") == ["d.png"]
    assert listed("q=B.P") == ["b.png"]


def test_an_image_with_two_boxes_of_a_type_is_listed_once():
    project = make_project()
    image = make_image(project, "a.png")
    make_box(image)
    make_box(image)
    answer = member_client(project).get(f"/api/projects/{project.slug}/images/?defect_type=scratches")
    assert names(answer) == ["a.png"]


@pytest.mark.parametrize("query", ["state=broken", "split=half", "ordering=size"])
def test_an_unknown_filter_value_is_named(query):
    project = make_project()
    answer = member_client(project).get(f"/api/projects/{project.slug}/images/?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()


@pytest.mark.parametrize("ordering", ["id", "-id", "name", "-name"])
def test_pages_hold_every_image_once_in_order(ordering):
    project = make_project()
    made = [make_image(project, f"{name}.png").name for name in "bdacfe"]
    client = member_client(project)
    found, address = [], f"/api/projects/{project.slug}/images/?page_size=2&ordering={ordering}"
    while address:
        answer = client.get(address)
        found += names(answer)
        address = answer.json()["next"]
    expected = sorted(made) if "name" in ordering else made
    assert found == (expected[::-1] if ordering.startswith("-") else expected)


def test_a_page_holds_at_most_500():
    project = make_project()
    make_image(project)
    answer = member_client(project).get(f"/api/projects/{project.slug}/images/?page_size=100000")
    assert answer.status_code == 200


def test_deleted_and_foreign_images_are_not_listed():
    project = make_project()
    make_image(make_project())
    image = make_image(project, deleted_at=timezone.now())
    client = member_client(project)
    assert names(client.get(f"/api/projects/{project.slug}/images/")) == []
    assert client.get(f"/api/images/{image.pk}/").status_code == 404


def test_one_image_is_answered_alone():
    project = make_project()
    image = make_image(project, state=ImageState.AUTO_LABELED)
    answer = member_client(project).get(f"/api/images/{image.pk}/")
    assert (answer.status_code, answer.json()["state"]) == (200, "auto_labeled")


def test_an_unreadable_cursor_is_refused():
    project = make_project()
    answer = member_client(project).get(f"/api/projects/{project.slug}/images/?cursor=%00x")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
