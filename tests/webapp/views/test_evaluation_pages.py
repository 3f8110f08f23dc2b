"""The evaluation on the round's page, on its own page, and the images behind a cell."""

import pytest
from django.urls import reverse

from tests.factories import make_evaluation, make_model, make_project, make_round, make_snapshot
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(client):
    project = make_project()
    sign_in(client, project)
    return project


def evaluated(project, **values):
    model = make_model(project, "model-1")
    round_ = make_round(project, mode="eval", detector=model, snapshot=make_snapshot(project))
    return make_evaluation(round_, model=model, **values)


def test_the_rounds_page_explains_its_detectors_evaluation(client, project):
    evaluated(project)
    answer = client.get(reverse("round", args=[project.slug, 1]))
    text = text_of(answer)
    assert "COCO metrics model-1, 2 images of the test split" in text
    assert "scratches 2 0 2 4" in text
    assert "2 boxes right, 0 mixed up, 2 missed, 2 found where nothing is" in text
    assert "scratches missed" in text
    assert "32 and 96 pixels" in text
    assert b"data-precision" in answer.content


def test_models_and_checkpoints_stand_in_one_table_each_leading_to_its_reasons(client, project):
    row = evaluated(project)
    other = make_evaluation(row.round, name="round 1, step 200", images=1)
    answer = client.get(reverse("round", args=[project.slug, 1]))
    assert "Models and checkpoints compared" in text_of(answer)
    assert reverse("evaluation", args=[project.slug, other.pk]) in answer.content.decode()
    text = text_of(client.get(reverse("evaluation", args=[project.slug, other.pk])))
    assert "round 1, step 200, 1 image of the test split" in text


def test_a_cell_shows_its_images_with_what_was_labeled_and_found(client, project):
    row = evaluated(project, images=30)
    address = reverse("evaluation-images", args=[project.slug, row.pk])
    answer = client.get(address, {"truth": "scratches", "found": ""})
    body = answer.content.decode()
    assert "scratches, missed" in text_of(answer)
    assert "30 images" in text_of(answer)
    assert body.count("evaluated-card") == 24
    assert body.count('class="found wrong"') == 24
    assert "start=24" in body
    more = client.get(
        address, {"truth": "scratches", "found": "", "start": "24"}, headers={"hx-request": "true"}
    )
    assert more.content.decode().count("evaluated-card") == 6


def test_an_empty_cell_says_so(client, project):
    row = evaluated(project)
    answer = client.get(
        reverse("evaluation-images", args=[project.slug, row.pk]), {"truth": "pits", "found": ""}
    )
    assert "No image here" in text_of(answer)


def test_a_strangers_evaluation_is_not_there(client, project):
    row = evaluated(make_project())
    for name in ("evaluation", "evaluation-images"):
        assert client.get(reverse(name, args=[project.slug, row.pk])).status_code == 404


def test_many_images_and_boxes_take_as_many_queries_as_few(client, project, django_assert_max_num_queries):
    row = evaluated(project, images=24)
    with django_assert_max_num_queries(14):
        client.get(reverse("evaluation-images", args=[project.slug, row.pk]), {"truth": "", "found": "pits"})
