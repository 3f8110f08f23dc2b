import pytest

from tests.api import member_client
from tests.factories import make_box, make_image, make_project
from webapp.charts import project_statistics

pytestmark = pytest.mark.django_db


def test_the_figures_are_those_of_the_dashboard():
    project = make_project()
    make_box(make_image(project, lot="L1"))
    make_box(make_image(project, lot="L2"), "pits")
    answer = member_client(project).get(f"/api/projects/{project.slug}/stats/")
    assert answer.json() == project_statistics.collect(project)
    assert answer.json()["images"]["total"] == 2


def test_a_selection_narrows_them():
    project = make_project()
    make_box(make_image(project, lot="L1"))
    make_box(make_image(project, lot="L2"), "pits")
    answer = member_client(project).get(f"/api/projects/{project.slug}/stats/?lot=L2&line=&split=train")
    assert answer.json()["images"]["total"] == 1


@pytest.mark.parametrize("query", ["split=half", "labeled_from=yesterday"])
def test_a_wrong_selection_is_named(query):
    project = make_project()
    answer = member_client(project).get(f"/api/projects/{project.slug}/stats/?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()
