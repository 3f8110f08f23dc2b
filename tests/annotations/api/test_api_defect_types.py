import pytest

from annotations.models import DefectType, Role
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_type

pytestmark = pytest.mark.django_db

GRADES = [
    {"name": "light", "criteria": "not felt by the nail", "weight": 0.2},
    {"name": "deep", "criteria": "felt by the nail", "weight": 1},
]


def test_types_come_in_class_order_with_their_grades(django_assert_num_queries):
    project = make_project(types=("pits", "scratches"))
    make_type(project, "dents", grades=3)
    client = member_client(project)
    with django_assert_num_queries(6):  # session, user, project, role, types, grades
        rows = client.get(f"/api/projects/{project.slug}/defect-types/").json()
    assert [row["name"] for row in rows] == ["pits", "scratches", "dents"]
    assert [grade["level"] for grade in rows[2]["grades"]] == [1, 2, 3]


def test_a_new_type_takes_the_next_place_color_and_letter():
    project = make_project(types=("scratches",))
    client = member_client(project, Role.ENGINEER)
    answer = client.post(f"/api/projects/{project.slug}/defect-types/", {"name": "stains"})
    assert answer.status_code == 201, answer.json()
    first = project.defect_types.get(name="scratches")
    row = answer.json()
    assert row["position"] == first.position + 1
    assert row["color"] != first.color
    assert row["hotkey"] == "s"


def test_grades_get_their_levels_from_their_order():
    project = make_project()
    client = member_client(project, Role.ENGINEER)
    data = {"name": "dents", "graded": True, "grades": GRADES}
    row = client.post(f"/api/projects/{project.slug}/defect-types/", data).json()
    assert [(grade["level"], grade["name"], grade["weight"]) for grade in row["grades"]] == [
        (1, "light", 0.2),
        (2, "deep", 1.0),
    ]


def test_changing_grades_replaces_the_whole_list():
    defect_type = make_type(make_project(), grades=5)
    client = member_client(defect_type.project, Role.ENGINEER)
    answer = client.patch(f"/api/defect-types/{defect_type.pk}/", {"grades": GRADES})
    assert answer.status_code == 200, answer.json()
    assert list(defect_type.grades.values_list("level", "weight")) == [(1, 0.2), (2, 1.0)]


def test_a_grade_that_boxes_carry_cannot_go():
    project = make_project(types=())
    defect_type = make_type(project, grades=5)
    make_box(make_image(project), defect_type, grade=4)
    answer = member_client(project, Role.ENGINEER).patch(
        f"/api/defect-types/{defect_type.pk}/", {"grades": GRADES, "name": "changed"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "grade_in_use")
    assert "keep at least 4" in answer.json()["detail"]
    defect_type.refresh_from_db()
    assert defect_type.name != "changed"


def test_a_graded_type_needs_grades():
    project = make_project()
    answer = member_client(project, Role.ENGINEER).post(
        f"/api/projects/{project.slug}/defect-types/", {"name": "dents", "graded": True}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_setting")
    assert not DefectType.objects.filter(name="dents").exists()


def test_two_types_of_one_name_or_letter_are_refused():
    project = make_project(types=())
    make_type(project, "dents", hotkey="d")
    client = member_client(project, Role.ENGINEER)
    for data in ({"name": "dents"}, {"name": "drops", "hotkey": "d"}):
        answer = client.post(f"/api/projects/{project.slug}/defect-types/", data)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    "data",
    [
        {"color": "red"},
        {"hotkey": "AB"},
        {"crop_policy": "round"},
        {"grades": [{"name": "light", "weight": 2}]},
        {"grades": GRADES * 5},
        {"position": -1},
    ],
)
def test_a_wrong_field_is_named(data):
    defect_type = make_type(make_project())
    answer = member_client(defect_type.project, Role.ENGINEER).patch(
        f"/api/defect-types/{defect_type.pk}/", data
    )
    assert answer.status_code == 400
    assert set(answer.json()) == {*data, "code"}


def test_an_inspector_reads_a_type_but_does_not_change_it():
    defect_type = make_type(make_project())
    client = member_client(defect_type.project)
    assert client.get(f"/api/defect-types/{defect_type.pk}/").status_code == 200
    assert client.patch(f"/api/defect-types/{defect_type.pk}/", {"name": "x"}).status_code == 403
