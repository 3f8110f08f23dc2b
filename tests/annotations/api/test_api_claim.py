from datetime import timedelta

import pytest
from django.utils import timezone

from annotations.models import ImageState, Lease, Role
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_proposal, make_review_item, make_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def claim(client, project, **data):
    return client.post(f"/api/projects/{project.slug}/claim/", data)


def test_the_next_unlabeled_image_comes_with_boxes_and_lease(project):
    make_image(project, state=ImageState.LABELED)
    image = make_image(project)
    client = member_client(project)
    answer = claim(client, project, queue="label")
    assert answer.status_code == 200, answer.json()
    data = answer.json()
    assert data["image"]["id"] == image.pk
    assert data["lease"]["user"] == client.user.username
    assert (data["version"], data["boxes"], data["review"]) == (0, [], None)


def test_two_people_get_different_images(project):
    make_image(project)
    make_image(project)
    ids = {claim(member_client(project), project).json()["image"]["id"] for _ in range(2)}
    assert len(ids) == 2


def test_nothing_left_is_204(project):
    answer = claim(member_client(project), project)
    assert (answer.status_code, answer.content) == (204, b"")


def test_skipped_images_are_passed_over(project):
    skipped, wanted = make_image(project), make_image(project)
    answer = claim(member_client(project), project, exclude=[skipped.pk])
    assert answer.json()["image"]["id"] == wanted.pk


def test_a_review_brings_its_reason_and_what_was_proposed(project):
    graded = make_type(project, "dents", grades=2)
    image = make_image(project)
    proposal = make_proposal(image, scores=(0.7, 0.4))
    proposal.boxes.filter(score=0.4).update(defect_type=graded, grade_probabilities=[0.25, 0.75])
    item = make_review_item(image, proposal=proposal)
    answer = claim(member_client(project, Role.REVIEWER), project, queue="review")
    review = answer.json()["review"]
    assert (review["id"], review["reason"], review["reason_text"]) == (item.pk, "unsure", "Unsure")
    assert review["detail"] == item.detail
    assert (review["model_name"], review["round_number"]) == ("round-1", 1)
    first, second = review["boxes"]
    assert (first["defect_type"], first["score"], first["severity"]) == ("scratches", 0.7, 0.7)
    assert (second["defect_type"], second["grade"], second["severity"]) == ("dents", 2, 0.875)
    assert second["grade_probabilities"] == [0.25, 0.75]


def test_the_most_urgent_review_comes_first(project):
    make_review_item(make_image(project), priority=1)
    urgent = make_review_item(make_image(project), priority=5)
    answer = claim(member_client(project, Role.REVIEWER), project, queue="review")
    assert answer.json()["image"]["id"] == urgent.image_id


def test_the_review_queue_is_a_reviewers(project):
    make_review_item(make_image(project))
    answer = claim(member_client(project), project, queue="review")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_an_unknown_queue_is_named(project):
    answer = claim(member_client(project), project, queue="lunch")
    assert answer.status_code == 400
    assert "queue" in answer.json()


def test_a_claim_costs_the_same_for_many_boxes(project, django_assert_max_num_queries):
    image = make_image(project)
    proposal = make_proposal(image, scores=(0.5, 0.4, 0.3, 0.2, 0.1))
    make_review_item(image, proposal=proposal)
    for _ in range(10):
        make_box(image)
    client = member_client(project, Role.REVIEWER)
    with django_assert_max_num_queries(22):
        assert claim(client, project, queue="review").status_code == 200


def test_the_queue_is_counted_by_reason(project):
    for reason in ("unsure", "unsure", "nothing_found"):
        make_review_item(make_image(project), reason=reason)
    answer = member_client(project).get(f"/api/projects/{project.slug}/review/")
    assert answer.json() == {"open": 3, "reasons": {"unsure": 2, "nothing_found": 1}}


def test_a_lease_is_taken_renewed_and_given_back(project):
    image = make_image(project)
    client = member_client(project)
    taken = client.put(f"/api/images/{image.pk}/lease/")
    assert (taken.status_code, taken.json()["user"]) == (200, client.user.username)
    Lease.objects.update(expires_at=timezone.now() + timedelta(seconds=1))
    renewed = client.put(f"/api/images/{image.pk}/lease/")
    assert renewed.json()["expires_at"] > taken.json()["expires_at"]
    assert client.delete(f"/api/images/{image.pk}/lease/").status_code == 204
    assert not Lease.objects.exists()


def test_another_persons_lease_is_423_with_the_holder(project):
    image = make_image(project)
    holder = member_client(project)
    until = holder.put(f"/api/images/{image.pk}/lease/").json()["expires_at"]
    answer = member_client(project).put(f"/api/images/{image.pk}/lease/")
    assert (answer.status_code, answer.json()["code"]) == (423, "leased")
    assert answer.json()["holder"] == holder.user.username
    assert answer.json()["expires_at"][:19] == until[:19]


def test_giving_back_leaves_another_persons_lease(project):
    image = make_image(project)
    member_client(project).put(f"/api/images/{image.pk}/lease/")
    assert member_client(project).delete(f"/api/images/{image.pk}/lease/").status_code == 204
    assert Lease.objects.filter(image=image).exists()


def test_an_ended_lease_can_be_taken_over(project):
    image = make_image(project)
    member_client(project).put(f"/api/images/{image.pk}/lease/")
    Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client = member_client(project)
    assert client.put(f"/api/images/{image.pk}/lease/").json()["user"] == client.user.username
