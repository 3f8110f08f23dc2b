"""The overview: what to do next, for each situation and role."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.models import ImageState, Role, Split
from tests.factories import make_box, make_image, make_project, make_review_item, make_revision, make_round
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


def overview(client, project) -> str:
    return text_of(client.get(reverse("overview", args=[project.slug])))


def make_labeled(project, **fields):
    image = make_image(project, labeled_at=timezone.now(), **fields)
    make_box(image)
    make_revision(image)
    return image


def test_a_new_project_asks_its_engineer_for_defect_types(client):
    project = make_project(types=())
    sign_in(client, project, Role.ENGINEER)
    assert "Next Add the defect types" in overview(client, project)


def test_an_inspector_is_told_who_adds_the_types(client):
    project = make_project(types=())
    sign_in(client, project)
    text = overview(client, project)
    assert "An engineer of the project adds them" in text
    assert "Open the settings" not in text


def test_a_project_without_images_asks_for_some(client):
    project = make_project()
    sign_in(client, project)
    assert "Next Upload images" in overview(client, project)


def test_unlabeled_images_are_to_be_labeled_before_a_first_round(client):
    project = make_project()
    sign_in(client, project, Role.ENGINEER)
    make_labeled(project)
    for _ in range(3):
        make_image(project)
    text = overview(client, project)
    assert "Next Label 3 images 1 image labeled so far" in text
    assert "Start the first round" not in text


def test_a_first_round_is_advised_when_nothing_is_left_to_label(client):
    project = make_project()
    sign_in(client, project, Role.ENGINEER)
    make_labeled(project)
    assert "Next Start the first round" in overview(client, project)


def test_a_running_round_comes_first_and_says_how_far_it_is(client):
    project = make_project()
    sign_in(client, project, Role.REVIEWER)
    make_round(project, state="running", phase="detector", step=25, steps=100)
    make_review_item(make_image(project))
    text = overview(client, project)
    assert "Next Round 1 is running Training the detector (25%)." in text
    assert "Review 1 image. " in text


def test_a_reviewer_is_sent_to_the_queue(client):
    project = make_project()
    sign_in(client, project, Role.REVIEWER)
    make_review_item(make_image(project))
    assert "Start reviewing" in overview(client, project)


def test_an_inspector_is_told_that_a_reviewer_decides(client):
    project = make_project()
    sign_in(client, project)
    make_review_item(make_image(project))
    text = overview(client, project)
    assert "A reviewer decides them" in text
    assert "Start reviewing" not in text


def test_labels_that_came_after_a_round_ask_for_the_next_one(client):
    project = make_project()
    sign_in(client, project, Role.ENGINEER)
    make_round(project, started_at=timezone.now() - timedelta(hours=1))
    make_labeled(project)
    assert "Start round 2 1 image was labeled or decided since round 1" in overview(client, project)


def test_a_failed_round_says_why(client):
    project = make_project()
    sign_in(client, project)
    make_round(project, state="failed", error="The disk is full.")
    make_image(project, state=ImageState.LABELED, labeled_at=None)
    assert "Round 1 failed The disk is full." in overview(client, project)


def test_a_finished_project_says_so(client):
    project = make_project()
    sign_in(client, project)
    image = make_labeled(project)
    image.labeled_at = timezone.now() - timedelta(hours=2)
    image.save()
    make_round(project, started_at=timezone.now(), metrics={"map50": 0.71, "map": 0.36, "images": 9})
    text = overview(client, project)
    assert "Everything is decided" in text
    assert "0.710 mAP at IoU 0.5" in text


def test_counts_lead_to_their_images(client):
    project = make_project()
    sign_in(client, project)
    make_image(project, state=ImageState.LABELED, split=Split.TEST)
    body = client.get(reverse("overview", args=[project.slug])).content.decode()
    assert f'{reverse("images", args=[project.slug])}?state=labeled&amp;split=test">1</a>' in body


def test_the_page_costs_the_same_for_many_images(client, django_assert_max_num_queries):
    project = make_project()
    sign_in(client, project)
    for _ in range(12):
        make_labeled(project)
    with django_assert_max_num_queries(18):
        overview(client, project)
