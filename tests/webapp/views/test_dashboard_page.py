"""The dashboard page: its figures, its links and its tables."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.models import Image
from tests.factories import make_box, make_image, make_project, make_round, make_type
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(client):
    project = make_project(types=())
    sign_in(client, project)
    return project


def table(client, project, name, **query) -> list[dict]:
    answer = client.get(reverse("dashboard-table", args=[project.slug, name]), query)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def make_some(project) -> None:
    dents, stains = make_type(project, "dents", grades=4), make_type(project, "stains")
    for index in range(4):
        image = make_image(project, line="A" if index else "B", labeled_at=timezone.now())
        make_box(image, dents, grade=index + 1)
    make_box(image, stains)


def test_an_empty_project_is_told_what_will_be_counted(client, project):
    text = text_of(client.get(reverse("dashboard", args=[project.slug])))
    assert "Nothing to count yet" in text


def test_labeled_images_without_boxes_lead_to_labeling(client, project):
    make_image(project)
    text = text_of(client.get(reverse("dashboard", args=[project.slug])))
    assert "No labeled image has a box yet." in text


def test_figures_shares_and_severities_are_shown(client, project):
    make_some(project)
    make_round(project, metrics={"map": 0.3, "map50": 0.6, "map75": 0.2})
    text = text_of(client.get(reverse("dashboard", args=[project.slug])))
    assert "4 images 4 labeled, 0 of them by a model" in text
    assert "dents 4 80 % 80 % 4 0 0.62 1.00" in text
    assert "stains 1 20 % 100 % 1 0 – –" in text
    assert "1 box has no severity yet" in text


def test_a_number_leads_to_as_many_images(client, project):
    make_some(project)
    body = client.get(reverse("dashboard", args=[project.slug]), {"line": "A"}).content.decode()
    link = f"{reverse('images', args=[project.slug])}?defect_type=dents&amp;settled=true&amp;line=A"
    assert f'<a href="{link}">3</a>' in body
    assert "3 images" in text_of(client.get(link.replace("&amp;", "&")))


def test_a_selection_narrows_and_an_empty_one_can_be_left(client, project):
    make_some(project)
    address = reverse("dashboard", args=[project.slug])
    assert "1 image 1 labeled" in text_of(client.get(address, {"line": "B"}))
    text = text_of(client.get(address, {"labeled_from": "2001-01-01", "labeled_to": "2001-01-02"}))
    assert "No image belongs to this selection" in text
    assert "Count all images" in text


def test_a_selection_that_cannot_be_read_does_not_break_the_page(client, project):
    make_some(project)
    answer = client.get(reverse("dashboard", args=[project.slug]), {"labeled_from": "soon", "split": "x"})
    assert answer.status_code == 200
    assert "4 images" in text_of(answer)


def test_every_table_downloads(client, project):
    make_some(project)
    make_round(project, metrics={"map": 0.3, "map50": 0.6, "map75": None})
    assert table(client, project, "types")[0] | {"worst_severity": ""} == {
        "defect_type": "dents",
        "boxes": "4",
        "images": "4",
        "by_model": "0",
        "share": "0.8",
        "cumulative": "0.8",
        "mean_severity": "0.625",
        "worst_severity": "",
    }
    bins = table(client, project, "severity")
    assert sum(int(row["boxes"]) for row in bins) == 4
    assert [row["severity_from"] for row in bins if row["boxes"] == "1"] == ["0.2", "0.5", "0.7", "0.9"]
    assert table(client, project, "labeled") == [
        {"day": timezone.now().date().isoformat(), "people": "4", "auto": "0"}
    ]
    assert [row["boxes"] for row in table(client, project, "places")] == ["4", "1"]
    rounds = table(client, project, "rounds")
    assert (rounds[0]["round"], rounds[0]["map50"], rounds[0]["map75"]) == ("1", "0.6", "")


def test_a_table_follows_the_selection(client, project):
    make_some(project)
    assert table(client, project, "types", line="B")[0]["boxes"] == "1"


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(client, project):
    make_some(project)
    Image.objects.update(lot="=1+1")
    assert {row["lot"] for row in table(client, project, "places")} == {"'=1+1"}


def test_an_unknown_table_does_not_exist(client, project):
    assert client.get(reverse("dashboard-table", args=[project.slug, "secrets"])).status_code == 404


def test_the_page_takes_a_constant_number_of_queries(client, project, django_assert_max_num_queries):
    for _ in range(6):
        kind = make_type(project, grades=3)
        make_box(make_image(project, lot=kind.name), kind, grade=2)
    with django_assert_max_num_queries(22):
        client.get(reverse("dashboard", args=[project.slug]))
