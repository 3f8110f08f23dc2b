"""Signing in and out, and what a stranger sees."""

import pytest
from django.urls import reverse

from tests.factories import PASSWORD, make_project, make_user
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_the_page(client):
    project = make_project()
    page = reverse("images", args=[project.slug])
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer.url == f"{reverse('login')}?next={page}"
    person = make_user()
    answer = client.post(answer.url, {"username": person.username, "password": PASSWORD, "next": page})
    assert (answer.status_code, answer.url) == (302, page)


def test_a_wrong_password_is_told_in_a_sentence(client):
    answer = client.post(reverse("login"), {"username": make_user().username, "password": "wrong"})
    assert "do not belong together" in text_of(answer)


def test_a_fragment_sends_the_whole_window_to_the_sign_in_page(client):
    project = make_project()
    here = reverse("images", args=[project.slug])
    answer = client.get(here, headers={"hx-request": "true", "hx-current-url": f"http://testserver{here}"})
    assert answer.status_code == 200
    assert answer["HX-Redirect"].startswith(reverse("login"))
    assert answer.content == b""


def test_signing_out_takes_a_post(client):
    sign_in(client, make_project())
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).url == reverse("login")


@pytest.mark.parametrize("name", ["overview", "images", "rounds", "inspect", "dashboard", "settings"])
def test_a_project_of_others_does_not_exist(client, name):
    client.force_login(make_user())
    answer = client.get(reverse(name, args=[make_project().slug]))
    assert answer.status_code == 404
    assert "no such project" in text_of(answer)


@pytest.mark.parametrize("name", ["overview", "images", "rounds", "inspect", "dashboard", "settings"])
def test_every_page_of_an_empty_project_says_what_to_do(client, name):
    project = make_project(types=())
    sign_in(client, project)
    answer = client.get(reverse(name, args=[project.slug]))
    assert answer.status_code == 200
    assert f'href="{reverse(name, args=[project.slug])}" aria-current="page"' in answer.content.decode()


def test_an_unknown_address_answers_with_a_page(client):
    client.force_login(make_user())
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Go to the projects" in text_of(answer)
