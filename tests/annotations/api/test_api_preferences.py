import json

import pytest
from django.db import IntegrityError, transaction

from annotations.labeling import preferences
from annotations.models import Preference
from tests.api import member_client, signed_in
from tests.factories import make_member, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def client(project):
    return member_client(project)


def test_a_choice_is_kept_for_the_person_alone(client):
    assert client.get("/api/preferences/").json() == {}
    answer = client.put("/api/preferences/keys/", {"next": "n"}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"next": "n"})
    assert client.get("/api/preferences/").json() == {"keys": {"next": "n"}}
    assert client.get("/api/preferences/keys/").json() == {"next": "n"}
    assert signed_in(make_user()).get("/api/preferences/").json() == {}


def test_a_choice_in_a_project_holds_there_alone(project, client):
    client.put(f"/api/projects/{project.slug}/preferences/view/", {"gamma": 2}, format="json")
    other = make_project()
    make_member(other, user=client.user)
    assert client.get(f"/api/projects/{project.slug}/preferences/").json() == {"view": {"gamma": 2}}
    assert client.get(f"/api/projects/{project.slug}/preferences/view/").json() == {"gamma": 2}
    assert client.get(f"/api/projects/{other.slug}/preferences/view/").json() == {}
    assert client.get("/api/preferences/").json() == {}


def test_the_last_write_wins_and_leaves_one_row(client):
    for step in range(3):
        client.put("/api/preferences/view/", {"step": step}, format="json")
    assert Preference.objects.values_list("value", flat=True).get() == {"step": 2}


def test_nobody_who_is_not_signed_in_has_preferences(client):
    client.logout()
    assert client.get("/api/preferences/").status_code == 401
    assert client.put("/api/preferences/keys/", {}, format="json").status_code == 401


def test_a_value_over_16_kilobytes_is_refused_with_its_size(client):
    answer = client.put("/api/preferences/keys/", {"all": "x" * 17_000}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_preference")
    assert "'keys' takes 17,011 bytes; at most 16,384" in answer.json()["detail"]
    client.put("/api/preferences/keys/", {"all": "x" * 16_000}, format="json")
    assert len(client.get("/api/preferences/keys/").json()["all"]) == 16_000


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"on"',
        "null",
        r'{"a": "\u0000"}',
        r'{"\ud800": 1}',
        '{"a": 1e999}',
        f'{{"a": {"9" * 400}}}',
        '{"a":' * 30 + "1" + "}" * 30,
    ],
)
def test_what_no_database_keeps_is_a_clear_error(client, text):
    answer = client.put("/api/preferences/keys/", text, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_preference")
    assert "'keys'" in answer.json()["detail"]
    assert not Preference.objects.exists()


def test_a_name_is_short_and_there_are_not_too_many(client):
    assert client.put(f"/api/preferences/{'k' * 61}/", {}, format="json").status_code == 400
    for number in range(preferences.MAX_NAMES):
        preferences.keep(client.user, f"name-{number}", {})
    answer = client.put("/api/preferences/one-more/", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_preference")
    assert client.put("/api/preferences/name-3/", {"still": True}, format="json").status_code == 200


def test_the_database_itself_keeps_one_row_per_name(project):
    user = make_user()
    for place in (None, project):
        Preference.objects.create(user=user, project=place, name="keys")
        with pytest.raises(IntegrityError), transaction.atomic():
            Preference.objects.create(user=user, project=place, name="keys")


@pytest.mark.parametrize("page", ["label", "review"])
def test_the_pages_carry_both_kinds(project, client, page):
    project.members.update(role="reviewer")
    preferences.keep(client.user, "keys", {"next": "n"})
    preferences.keep(client.user, "view", {"gamma": 2}, project=project)
    html = client.get(f"/p/{project.slug}/{page}/").content.decode()
    block = html.split(f'<script id="{page}-data" type="application/json">')[1].split("</script>")[0]
    assert json.loads(block)["preferences"] == {
        "person": {"keys": {"next": "n"}},
        "project": {"view": {"gamma": 2}},
    }
