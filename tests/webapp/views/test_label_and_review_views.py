"""What the label and review pages tell their modules, and whom they let in."""

import json
import re

import pytest
from django.urls import reverse

from annotations.api.images import ImageSerializer
from annotations.labeling import leases
from annotations.models import Role
from tests.factories import make_comment, make_image, make_member, make_project, make_review_item, make_type

pytestmark = pytest.mark.django_db


def _data(response, name: str) -> dict:
    block = re.search(
        rf'<script id="{name}" type="application/json">(.*?)</script>', response.content.decode()
    )
    return json.loads(block.group(1))


@pytest.fixture
def project():
    """Give a project with a graded type, an ungraded one and an archived one."""
    made = make_project("steel", types=())
    make_type(made, "scratches", grades=3, hotkey="s")
    make_type(made, "pits")
    make_type(made, "old", archived=True)
    return made


@pytest.fixture
def inspector(client, project):
    """Sign an inspector of the project in at `client`."""
    person = make_member(project, Role.INSPECTOR)
    client.force_login(person)
    return person


def test_the_label_page_tells_the_types_with_their_grades_and_weights(client, project, inspector) -> None:
    image = make_image(project, ready=True)
    data = _data(client.get(f"/p/steel/label/{image.pk}/"), "label-data")
    assert (data["project"]["slug"], data["project"]["name"]) == ("steel", "steel")
    assert data["project"].keys() >= {"window_low", "window_high"}
    assert data["image"]["id"] == image.pk
    assert data["image"]["view"].startswith(f"/api/images/{image.pk}/view/")
    assert data["user"] == inspector.username
    scratches = data["types"][0]
    assert (scratches["hotkey"], scratches["graded"], len(scratches["grades"])) == ("s", True, 3)
    assert [grade["level"] for grade in scratches["grades"]] == [1, 2, 3]
    assert scratches["grades"][2]["weight"] == 1.0
    assert [kind["archived"] for kind in data["types"]] == [False, False, True]


def test_the_label_page_embeds_the_image_as_rest_answers_it(client, project, inspector) -> None:
    image = make_image(project, ready=True, captured_at="2026-01-02T03:04:05.678901Z", lot="L7")
    make_comment(image)
    leases.take(image, inspector)
    embedded = _data(client.get(reverse("label-image", args=["steel", image.pk])), "label-data")["image"]
    answered = client.get(reverse("api:image-detail", args=[image.pk])).json()
    listed = client.get(reverse("api:image-list", args=["steel"])).json()["results"][0]
    assert set(embedded) == set(ImageSerializer.Meta.fields)
    # The lease ends a little later for the answer that comes first.
    for values in (embedded, answered, listed):
        assert 0 < values["lease"].pop("seconds_left") <= project.lease_seconds
    assert embedded == answered == listed
    assert embedded["captured_at"] == "2026-01-02T03:04:05.678901Z"


def test_without_an_image_the_label_page_offers_to_claim_one(client, project, inspector) -> None:
    make_image(project, ready=True)
    response = client.get("/p/steel/label/")
    assert _data(response, "label-data")["image"] is None
    assert "1 image waits to be labeled" in response.content.decode()


def test_with_nothing_to_label_the_page_says_what_to_do(client, project, inspector) -> None:
    assert "Nothing to label" in client.get("/p/steel/label/").content.decode()


def test_an_image_of_another_project_is_not_found(client, project, inspector) -> None:
    foreign = make_image(make_project("other"), ready=True)
    assert client.get(f"/p/steel/label/{foreign.pk}/").status_code == 404


def test_a_stranger_sees_neither_page(client, project) -> None:
    client.force_login(make_member(make_project("other"), Role.ENGINEER))
    assert client.get("/p/steel/label/").status_code == 404
    assert client.get("/p/steel/review/").status_code == 404


def test_who_is_not_signed_in_is_asked_to(client, project) -> None:
    response = client.get("/p/steel/label/")
    assert (response.status_code, response.url) == (302, "/login/?next=/p/steel/label/")


def test_the_review_page_is_a_reviewers_and_counts_its_reasons(client, project, inspector) -> None:
    assert client.get("/p/steel/review/").status_code == 403
    client.force_login(make_member(project, Role.REVIEWER))
    make_review_item(make_image(project, ready=True), reason="audit")
    data = _data(client.get("/p/steel/review/"), "review-data")
    assert data["counts"] == {"audit": 1}
    assert data["reasons"]["audit"] == "Audit sample"


def test_a_name_that_is_markup_stays_text(client, project, inspector) -> None:
    image = make_image(project, "</script><b>.png", ready=True)
    response = client.get(f"/p/steel/label/{image.pk}/")
    assert b"</script><b>" not in response.content
    assert _data(response, "label-data")["image"]["name"] == "</script><b>.png"
