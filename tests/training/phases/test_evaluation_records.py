"""An evaluation is kept with its round: a small row, a report, and the images behind each cell."""

import pytest

from annotations.models import Image
from tests.api import member_client
from tests.factories import make_evaluation, make_model, make_project, make_round, make_user
from training.models import ConfusedImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def row(project):
    return make_evaluation(make_round(project), images=3, model=make_model(project, "model-1"))


def test_the_few_numbers_and_the_report_agree(row):
    assert row.metrics["images"] == 3
    assert (row.metrics["boxes"], row.metrics["right"], row.metrics["missed"]) == (6, 3, 3)
    assert row.metrics["false_positives"] == 3
    assert row.report["per_class"]["scratches"]["ap50"] == pytest.approx(0.5, abs=0.01)
    # Rows: scratches, pits, nothing there; columns: scratches, pits, missed.
    assert row.report["confusion"]["rows"] == [[3, 0, 3], [0, 0, 0], [0, 3, 0]]


def test_a_cell_leads_to_its_images_and_an_empty_one_to_none(row):
    assert row.seen(truth="scratches", found="").count() == 3
    assert row.seen(truth="", found="pits").count() == 3
    assert row.seen(truth="pits", found="scratches").count() == 0


def test_an_image_keeps_its_boxes_and_how_they_pair(row):
    image = row.seen()[0]
    assert [(box["type"], box["pair"]) for box in image.truth] == [("scratches", 0), ("scratches", None)]
    assert [(box["type"], box["score"], box["pair"]) for box in image.found] == [
        ("scratches", 0.9, 0),
        ("pits", 0.5, None),
    ]
    assert image.quality == pytest.approx(1 / 2)


def test_measuring_again_takes_the_place_of_what_was_there(row):
    again = make_evaluation(row.round, images=1)
    assert row.round.evaluations.get() == again
    assert ConfusedImage.objects.count() == 3


def test_a_deleted_image_is_left_out_of_the_pages(row):
    from django.utils import timezone

    Image.objects.filter(pk=row.images.first().image_id).update(deleted_at=timezone.now())
    assert row.seen().count() == 2


def test_the_interface_tells_the_evaluations_of_a_round_and_the_whole_one(row, project):
    client = member_client(project)
    (listed,) = client.get(f"/api/rounds/{row.round_id}/").json()["evaluations"]
    assert (listed["name"], listed["model"], listed["metrics"]["missed"]) == ("model-1", "model-1", 3)
    assert "report" not in listed
    assert "evaluations" not in client.get(f"/api/projects/{project.slug}/rounds/").json()[0]
    whole = client.get(f"/api/evaluations/{row.pk}/").json()
    assert len(whole["report"]["curves"]["types"][0]["at50"]) == 101


def test_the_interface_pages_through_the_images_of_a_cell(row, project, django_assert_max_num_queries):
    client = member_client(project)
    address = f"/api/evaluations/{row.pk}/images/"
    with django_assert_max_num_queries(6):
        answer = client.get(address, {"truth": "scratches", "found": "", "limit": 2}).json()
    assert (answer["count"], len(answer["results"])) == (3, 2)
    assert answer["results"][0]["truth"][1] == {
        "type": "scratches",
        "box": [30.0, 8.0, 50.0, 28.0],
        "pair": None,
        "difficult": False,
    }
    assert client.get(address, {"order": "sideways"}).status_code == 400
    stranger = member_client(make_project())
    assert stranger.get(address).status_code == 404
    assert make_user()
