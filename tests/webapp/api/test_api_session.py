"""A page that stays open while its session ends: who is signed in, signing in again, and nobody else."""

import pytest
from django.test import Client

from tests.factories import PASSWORD, make_image, make_member, make_project, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project())


@pytest.fixture
def anna(image):
    return make_member(image.project)


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


def sign_in(browser: Client, user, password: str = PASSWORD):
    token = browser.get("/api/session/").json()["csrf_token"]
    return browser.post(
        "/api/session/",
        {"username": user.username, "password": password},
        content_type="application/json",
        headers={"X-CSRFToken": token},
    )


def save(browser: Client, image, token: str, **headers):
    return browser.put(
        f"/api/images/{image.pk}/boxes/",
        {"boxes": [wire_box()]},
        content_type="application/json",
        headers={"If-Match": '"0"', "X-CSRFToken": token, **headers},
    )


def test_nobody_is_told_so_and_gets_a_token(browser):
    answer = browser.get("/api/session/").json()
    assert answer["person"] is None
    assert answer["csrf_token"]


def test_signing_in_gives_a_session_and_a_token_that_work(browser, anna, image):
    answer = sign_in(browser, anna)
    assert answer.status_code == 200, answer.content
    assert answer.json()["person"] == {"id": anna.pk, "name": anna.username}
    assert save(browser, image, answer.json()["csrf_token"]).status_code == 200
    assert browser.get("/api/session/").json()["person"]["name"] == anna.username


def test_a_wrong_password_is_a_sentence(browser, anna):
    answer = sign_in(browser, anna, "wrong")
    assert answer.status_code == 400
    assert "do not belong together" in answer.json()["detail"]
    assert browser.get("/api/session/").json()["person"] is None


def test_signing_in_takes_the_token(browser, anna):
    answer = browser.post("/api/session/", {"username": anna.username, "password": PASSWORD})
    assert answer.status_code == 403


def test_a_page_of_one_person_never_writes_as_another(browser, anna, image):
    igor = make_member(image.project)
    token = sign_in(browser, igor).json()["csrf_token"]
    refused = save(browser, image, token, **{"X-Blemish-Person": str(anna.pk)})
    assert (refused.status_code, refused.json()["code"]) == (401, "other_person")
    assert refused.json()["person"] == igor.username
    image.refresh_from_db()
    assert image.version == 0
    assert save(browser, image, token, **{"X-Blemish-Person": str(igor.pk)}).status_code == 200


def test_a_sign_in_without_its_token_is_an_error_that_machines_can_read(browser):
    answer = browser.post("/api/session/", {"username": "anna", "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    page = browser.post("/login/", {"username": "anna", "password": "x"})
    assert page.status_code == 403
    assert "Load it again" in page.content.decode()
