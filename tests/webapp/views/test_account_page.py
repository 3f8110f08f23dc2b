"""One's own account: password and token."""

import pytest
from django.urls import reverse
from rest_framework.authtoken.models import Token

from tests.factories import PASSWORD, make_project, make_user
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


def test_the_page_names_the_person_and_the_projects(client):
    project = make_project("Steel", slug="steel")
    person = sign_in(client, project)
    text = text_of(client.get(reverse("account")))
    assert person.username in text
    assert "Steel (inspector)" in text


def test_the_password_changes_and_this_browser_stays_signed_in(client):
    person = make_user()
    client.force_login(person)
    new = "another long sentence"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post(reverse("change-password"), data).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    assert client.get(reverse("account")).status_code == 200


def test_a_wrong_old_password_changes_nothing(client):
    person = make_user()
    client.force_login(person)
    data = {"old_password": "wrong", "new_password1": "a long sentence", "new_password2": "a long sentence"}
    assert client.post(reverse("change-password"), data).status_code == 422
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_new_token_ends_the_old_one(client):
    person = make_user()
    client.force_login(person)
    client.post(reverse("renew-token"))
    old = Token.objects.get(user=person).key
    client.post(reverse("renew-token"))
    new = Token.objects.get(user=person).key
    assert old != new
    assert new in client.get(reverse("account")).content.decode()
