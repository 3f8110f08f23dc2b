import pytest
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from tests.factories import PASSWORD, make_member, make_project

pytestmark = pytest.mark.django_db


def test_a_script_gets_a_token_and_works_with_it():
    project = make_project()
    user = make_member(project)
    answer = APIClient().post("/api/token/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 200
    client = APIClient(headers={"Authorization": f"Token {answer.json()['token']}"})
    assert [row["slug"] for row in client.get("/api/projects/").json()] == [project.slug]


def test_a_token_needs_no_csrf_and_a_session_does():
    user = make_member(make_project())
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post("/api/projects/", {"name": "a"}).status_code == 403
    token = Token.objects.create(user=user)
    client = APIClient(enforce_csrf_checks=True, headers={"Authorization": f"Token {token.key}"})
    assert client.post("/api/projects/", {"name": "a"}).status_code == 201


def test_a_wrong_password_gets_no_token():
    user = make_member(make_project())
    answer = APIClient().post("/api/token/", {"username": user.username, "password": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_wrong_token_is_401():
    client = APIClient(headers={"Authorization": "Token nonsense"})
    answer = client.get("/api/projects/")
    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_disabled_person_is_401():
    user = make_member(make_project())
    token = Token.objects.create(user=user)
    user.is_active = False
    user.save()
    answer = APIClient(headers={"Authorization": f"Token {token.key}"}).get("/api/projects/")
    assert answer.status_code == 401
