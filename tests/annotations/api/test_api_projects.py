import pytest

from annotations.models import Project, Role, ViewState
from tests.api import member_client, signed_in
from tests.factories import make_image, make_project, make_user

pytestmark = pytest.mark.django_db


def test_a_person_sees_her_own_projects_with_her_role():
    mine = make_project()
    make_project()
    client = member_client(mine, Role.REVIEWER)
    rows = client.get("/api/projects/").json()
    assert [(row["slug"], row["role"]) for row in rows] == [(mine.slug, "reviewer")]


def test_a_superuser_sees_every_project_as_engineer():
    make_project()
    make_project()
    rows = signed_in(make_user(is_superuser=True)).get("/api/projects/").json()
    assert [row["role"] for row in rows] == ["engineer", "engineer"]


def test_the_list_costs_the_same_for_many_projects(django_assert_num_queries):
    user = make_user()
    client = signed_in(user)
    for _ in range(4):
        make_project().members.create(user=user, role=Role.INSPECTOR)
    with django_assert_num_queries(3):  # session, user, projects
        assert len(client.get("/api/projects/").json()) == 4


def test_whoever_makes_a_project_is_its_engineer():
    client = signed_in(make_user())
    answer = client.post("/api/projects/", {"name": "Cold Strip Nº 4"})
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["slug"], answer.json()["role"]) == ("cold-strip-no-4", "engineer")


def test_equal_names_get_different_short_names():
    client = signed_in(make_user())
    slugs = [client.post("/api/projects/", {"name": "Strip"}).json()["slug"] for _ in range(3)]
    assert slugs == ["strip", "strip-2", "strip-3"]


def test_a_taken_short_name_is_refused_with_its_field():
    client = signed_in(make_user())
    make_project(slug="strip")
    answer = client.post("/api/projects/", {"name": "Strip", "slug": "strip"})
    assert answer.status_code == 400
    assert answer.json() == {"slug": ["Another project has this short name."], "code": "invalid"}


def test_an_engineer_changes_settings_and_only_those_that_came():
    project = make_project(lease_seconds=300)
    answer = member_client(project, Role.ENGINEER).patch(
        f"/api/projects/{project.slug}/", {"precision_target": 0.9}
    )
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["precision_target"], answer.json()["lease_seconds"]) == (0.9, 300)


def test_a_reviewer_may_not_change_settings():
    project = make_project()
    answer = member_client(project, Role.REVIEWER).patch(f"/api/projects/{project.slug}/", {"name": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"window_low": 200, "window_high": 100}, "window_high"),
        ({"window_low": 200}, "window_high"),
        ({"calibration_percent": 60, "test_percent": 60}, "test_percent"),
    ],
)
def test_settings_that_no_project_can_have_are_refused(settings, field):
    project = make_project()
    answer = member_client(project, Role.ENGINEER).patch(f"/api/projects/{project.slug}/", settings)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_setting")
    assert answer.json()["field"] == field
    project.refresh_from_db()
    assert (project.window_low, project.test_percent) == (None, 15)


@pytest.mark.parametrize(
    "settings",
    [
        {"precision_target": 1.5},
        {"precision_target": "nan"},
        {"window_low": -1},
        {"window_high": "inf"},
        {"lease_seconds": 5},
        {"test_percent": 101},
        {"window_low": "dark"},
        {"name": ""},
    ],
)
def test_a_value_out_of_range_is_named(settings):
    project = make_project()
    answer = member_client(project, Role.ENGINEER).patch(f"/api/projects/{project.slug}/", settings)
    assert answer.status_code == 400
    assert set(answer.json()) == {*settings, "code"}


def test_the_short_name_of_a_project_never_changes():
    project = make_project()
    client = member_client(project, Role.ENGINEER)
    assert client.patch(f"/api/projects/{project.slug}/", {"slug": "other"}).status_code == 400
    assert Project.objects.filter(slug=project.slug).exists()


def test_another_gray_window_makes_the_views_anew():
    project = make_project()
    image = make_image(project, ready=True)
    client = member_client(project, Role.ENGINEER)
    client.patch(f"/api/projects/{project.slug}/", {"name": "Other"})
    image.refresh_from_db()
    assert image.view_state == ViewState.READY
    client.patch(f"/api/projects/{project.slug}/", {"window_low": 10, "window_high": 180})
    image.refresh_from_db()
    assert image.view_state == ViewState.PENDING
