import pytest

from annotations.models import Role
from tests.api import member_client
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


def members(project) -> dict:
    return dict(project.members.values_list("user__username", "role"))


def test_members_are_listed_by_name():
    project = make_project()
    client = member_client(project, Role.ENGINEER)
    project.members.create(user=make_user("anna"), role=Role.REVIEWER)
    rows = client.get(f"/api/projects/{project.slug}/members/").json()["members"]
    assert rows[0] == {"username": "anna", "role": "reviewer"}
    assert len(rows) == 2


def test_an_engineer_replaces_the_whole_list():
    project = make_project()
    client = member_client(project, Role.ENGINEER)
    project.members.create(user=make_user("gone"), role=Role.INSPECTOR)
    make_user("new")
    wanted = [
        {"username": client.user.username, "role": "engineer"},
        {"username": "new", "role": "inspector"},
    ]
    answer = client.put(f"/api/projects/{project.slug}/members/", {"members": wanted})
    assert answer.status_code == 200, answer.json()
    assert members(project) == {client.user.username: "engineer", "new": "inspector"}


def test_a_project_never_loses_its_last_engineer():
    project = make_project()
    client = member_client(project, Role.ENGINEER)
    wanted = [{"username": client.user.username, "role": "inspector"}]
    answer = client.put(f"/api/projects/{project.slug}/members/", {"members": wanted})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_engineer")
    assert members(project) == {client.user.username: "engineer"}


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ([{"username": "nobody", "role": "engineer"}], "Nobody signs in as nobody."),
        ([{"username": "anna", "role": "engineer"}] * 2, "Somebody is named twice."),
    ],
)
def test_a_wrong_name_is_told(wanted, sentence):
    project = make_project()
    make_user("anna")
    client = member_client(project, Role.ENGINEER)
    answer = client.put(f"/api/projects/{project.slug}/members/", {"members": wanted})
    assert answer.status_code == 400
    assert answer.json()["members"] == [sentence]


def test_a_reviewer_may_not_change_members():
    project = make_project()
    client = member_client(project, Role.REVIEWER)
    assert client.put(f"/api/projects/{project.slug}/members/", {"members": []}).status_code == 403
