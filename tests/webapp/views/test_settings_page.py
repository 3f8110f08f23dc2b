"""The settings of a project: each section, who may change it, and what is refused."""

import pytest
from django.urls import reverse

from annotations.models import DefectType, Member, Project, Role, ViewState
from tests.factories import make_box, make_image, make_member, make_project, make_type, make_user
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(client):
    project = make_project("Steel", slug="steel", window_low=0, window_high=255)
    sign_in(client, project, Role.ENGINEER)
    return project


def post(client, page, project, *args, **data):
    return client.post(reverse(page, args=[project.slug, *args]), data)


def type_data(kind: DefectType, grades=(), **changes) -> dict:
    """Return what the form of one type sends; GRADES are (name, criteria, weight)."""
    prefix = f"type-{kind.pk}-"
    fields = {
        "name": kind.name,
        "color": kind.color,
        "hotkey": kind.hotkey,
        "crop_policy": kind.crop_policy,
        "description": kind.description,
        "graded": "on" if kind.graded else "",
    }
    data = {prefix + name: value for name, value in (fields | changes).items() if value}
    rows = f"grades-{kind.pk}-"
    data |= {rows + "TOTAL_FORMS": len(grades), rows + "INITIAL_FORMS": kind.grades.count()}
    for index, (name, criteria, weight) in enumerate(grades):
        data |= {
            f"{rows}{index}-name": name,
            f"{rows}{index}-criteria": criteria,
            f"{rows}{index}-weight": weight,
        }
    return data


def test_members_below_engineer_may_read_and_not_write(client):
    project = make_project()
    sign_in(client, project, Role.REVIEWER)
    answer = client.get(reverse("settings", args=[project.slug]))
    assert "changing them takes the role engineer" in text_of(answer)
    assert "Save" not in text_of(answer)
    for name in ("change-project", "change-window", "add-type", "add-member"):
        assert post(client, name, project).status_code == 403
    kind = project.defect_types.first()
    assert post(client, "change-type", project, kind.pk).status_code == 403


PROJECT = {
    "name": "Steel, line 4",
    "description": "",
    "calibration_percent": 20,
    "test_percent": 10,
    "precision_target": 0.9,
    "lease_seconds": 60,
}


def test_the_project_is_changed(client, project):
    assert post(client, "change-project", project, **PROJECT).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.calibration_percent, project.precision_target) == ("Steel, line 4", 20, 0.9)
    assert project.slug == "steel"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"calibration_percent": 60, "test_percent": 50}, "are 110 percent together"),
        ({"precision_target": 1}, "between 0 and 1"),
        ({"name": ""}, "This field is required"),
        ({"lease_seconds": 5}, "greater than or equal to 30"),
    ],
)
def test_a_wrong_project_setting_is_told_and_not_written(client, project, changes, sentence):
    answer = post(client, "change-project", project, **(PROJECT | changes))
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    project.refresh_from_db()
    assert project.name == "Steel"


def test_another_window_has_every_view_drawn_anew(client, project):
    image = make_image(project, ready=True)
    assert post(client, "change-window", project, window_low=10, window_high=200).status_code == 302
    project.refresh_from_db()
    image.refresh_from_db()
    assert (project.window_low, project.window_high) == (10, 200)
    assert image.view_state == ViewState.PENDING


def test_a_window_with_white_below_black_is_refused(client, project):
    make_image(project)
    answer = post(client, "change-window", project, window_low=200, window_high=10)
    assert answer.status_code == 422
    assert "White must lie above black, which is 200." in text_of(answer)
    assert Project.objects.get().window_high == 255


def test_the_preview_shows_the_first_image_through_the_asked_window(client, project):
    address = reverse("window-preview", args=[project.slug])
    assert client.get(address, {"low": 0, "high": 9}).status_code == 404
    make_image(project)
    answer = client.get(address, {"low": 0, "high": 9})
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert client.get(address, {"low": 9, "high": "x"}).status_code == 400


def test_the_page_shows_the_histogram_of_an_image(client, project):
    make_image(project)
    assert '"depth": 8' in client.get(reverse("settings", args=[project.slug])).content.decode()


def test_a_type_is_added_with_a_color_and_a_key_of_its_own(client, project):
    assert post(client, "add-type", project, name="dents").status_code == 302
    kind = DefectType.objects.get(name="dents")
    assert kind.hotkey == "d"
    assert kind.position == 2


def test_two_types_of_one_name_are_refused(client, project):
    answer = post(client, "add-type", project, name="pits")
    assert answer.status_code == 422
    assert "Another type of this project has the name" in text_of(answer)


def test_a_type_and_its_grades_are_changed_together(client, project):
    kind = project.defect_types.first()
    grades = [("light", "only seen aslant", "0.2"), ("deep", "felt by a nail", "0.9")]
    answer = client.post(
        reverse("change-type", args=[project.slug, kind.pk]),
        type_data(kind, grades, name="lines", hotkey="L", graded="on"),
    )
    assert answer.status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.hotkey, kind.graded, kind.weights()) == ("lines", "l", True, [0.2, 0.9])


@pytest.mark.parametrize(
    ("changes", "grades", "sentence"),
    [
        ({"name": ""}, [], "Write a name"),
        ({"name": "pits"}, [], "Another type is called pits."),
        ({"hotkey": "7"}, [], "A key is one letter from a to z."),
        ({"color": "red"}, [], "Write a color as #rrggbb."),
        ({"graded": "on"}, [], "is graded: give it grades"),
        ({"graded": "on"}, [("light", "", "2")], "A weight lies between 0 and 1."),
        ({"graded": "on"}, [("", "", "0.5")], "Name the grade."),
        ({"graded": "on"}, [("light", "", "")], "Give it a weight"),
    ],
)
def test_a_wrong_type_is_told_and_not_written(client, project, changes, grades, sentence):
    kind = project.defect_types.first()
    answer = client.post(
        reverse("change-type", args=[project.slug, kind.pk]), type_data(kind, grades, **changes)
    )
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    kind.refresh_from_db()
    assert (kind.name, kind.graded) == ("scratches", False)


def test_a_grade_that_boxes_carry_cannot_be_removed(client, project):
    kind = make_type(project, "dents", grades=3)
    make_box(make_image(project), kind, grade=3)
    data = type_data(kind, [("a", "", "0.1"), ("b", "", "0.2")])
    answer = client.post(reverse("change-type", args=[project.slug, kind.pk]), data)
    assert answer.status_code == 422
    assert "Boxes of dents carry grade 3" in text_of(answer)
    assert len(kind.weights()) == 3


def test_types_move_up_and_down(client, project):
    first, second = project.defect_types.all()
    post(client, "move-type", project, second.pk, way="up")
    assert list(project.defect_types.all()) == [second, first]
    post(client, "move-type", project, second.pk, way="down")
    assert list(project.defect_types.all()) == [first, second]


def test_a_person_is_added_by_name(client, project):
    person = make_user("anna")
    assert post(client, "add-member", project, username="anna", role="reviewer").status_code == 302
    assert project.role_of(person) == Role.REVIEWER


def test_nobody_of_that_name_is_told(client, project):
    answer = post(client, "add-member", project, username="nobody", role="reviewer")
    assert answer.status_code == 422
    assert "Nobody here is called nobody." in text_of(answer)


def test_a_role_changes_and_a_membership_ends(client, project):
    person = make_member(project)
    member = Member.objects.get(user=person)
    post(client, "change-member", project, member.pk, role="reviewer")
    assert project.role_of(person) == Role.REVIEWER
    post(client, "change-member", project, member.pk)
    assert project.role_of(person) is None


def test_the_last_engineer_stays(client, project):
    member = project.members.get(role=Role.ENGINEER)
    answer = client.post(reverse("change-member", args=[project.slug, member.pk]), follow=True)
    assert "Nobody could change Steel any more" in text_of(answer)
    assert project.members.filter(role=Role.ENGINEER).exists()


def test_types_of_other_projects_cannot_be_reached(client, project):
    kind = make_project().defect_types.first()
    answer = client.post(reverse("change-type", args=[project.slug, kind.pk]), type_data(kind))
    assert answer.status_code == 404
