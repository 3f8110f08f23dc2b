import pytest

from annotations.models import ViewState
from tests.api import member_client, signed_in
from tests.factories import make_image, make_project, make_user, png

pytestmark = pytest.mark.django_db


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_original_comes_back_byte_for_byte():
    content = png(mode="I;16")
    image = make_image(make_project(), "weld 3.png", content=content)
    answer = member_client(image.project).get(f"/api/images/{image.pk}/file/")
    assert answer.status_code == 200
    assert body(answer) == content
    assert answer["Content-Type"] == "image/png"
    assert 'filename="weld 3.png"' in answer["Content-Disposition"]


@pytest.mark.parametrize("kind", ["file", "view", "thumbnail"])
def test_the_address_of_a_row_may_be_kept_for_ever(kind):
    image = make_image(make_project(), ready=True)
    client = member_client(image.project)
    address = client.get(f"/api/images/{image.pk}/").json()[kind]
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get(f"/api/images/{image.pk}/{kind}/")["Cache-Control"] == "private, no-cache"
    assert client.get(f"/api/images/{image.pk}/{kind}/?v=old")["Cache-Control"] == "private, no-cache"


def test_a_picture_at_hand_is_not_sent_again():
    image = make_image(make_project(), ready=True)
    client = member_client(image.project)
    first = client.get(f"/api/images/{image.pk}/view/")
    again = client.get(f"/api/images/{image.pk}/view/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_img_element_gets_its_picture_whatever_it_accepts():
    image = make_image(make_project(), ready=True)
    accept = {"Accept": "image/avif,image/webp"}
    assert (
        member_client(image.project).get(f"/api/images/{image.pk}/view/", headers=accept).status_code == 200
    )


@pytest.mark.parametrize("kind", ["view", "thumbnail"])
def test_a_view_that_is_being_made_says_when_to_come_back(kind):
    image = make_image(make_project())
    answer = member_client(image.project).get(f"/api/images/{image.pk}/{kind}/")
    assert (answer.status_code, answer.json()["code"]) == (404, "view_pending")
    assert int(answer["Retry-After"]) > 0
    assert answer["Cache-Control"] == "no-store"


def test_a_view_that_cannot_be_made_says_why():
    image = make_image(make_project(), view_state=ViewState.FAILED, view_error="a.png: cut off at row 7.")
    answer = member_client(image.project).get(f"/api/images/{image.pk}/view/")
    assert (answer.status_code, answer.json()["code"]) == (404, "view_failed")
    assert answer.json()["detail"] == "a.png: cut off at row 7."


def test_a_lost_file_is_told_and_is_no_crash():
    image = make_image(make_project(), "a.png")
    image.file.storage.delete(image.file.name)
    answer = member_client(image.project).get(f"/api/images/{image.pk}/file/")
    assert answer.status_code == 404
    assert "a.png" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["file", "view", "thumbnail"])
def test_pictures_are_for_members_only(kind, client):
    image = make_image(make_project(), ready=True)
    assert signed_in(make_user()).get(f"/api/images/{image.pk}/{kind}/").status_code == 404
    assert client.get(f"/api/images/{image.pk}/{kind}/").status_code == 401


def test_stored_names_are_no_addresses():
    image = make_image(make_project(), ready=True)
    assert member_client(image.project).get(f"/media/{image.file.name}").status_code == 404
