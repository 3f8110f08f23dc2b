"""A lease keeps two people from starting on one image, ends by itself, and never blocks a save."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from annotations.errors import Leased
from annotations.labeling import leases
from annotations.models import Image, ImageState, Lease
from tests.factories import make_image, make_project, make_review_item, make_user


def end(image: Image) -> None:
    """Let the lease of IMAGE have ended a second ago."""
    Lease.objects.filter(image=image).update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_each_claim_hands_out_another_image_until_none_is_left():
    project = make_project()
    images = [make_image(project) for _ in range(3)]
    anna, ben = make_user(), make_user()
    claimed = [leases.claim(project, user) for user in (anna, ben, anna, ben)]
    assert [image and image.pk for image in claimed] == [*(image.pk for image in images), None]


@pytest.mark.django_db
def test_labeled_images_and_excluded_ones_are_passed_over():
    project = make_project()
    make_image(project, state=ImageState.LABELED)
    skipped, wanted = make_image(project), make_image(project)
    assert leases.claim(project, make_user(), exclude=[skipped.pk]) == wanted


@pytest.mark.django_db
def test_a_lease_that_ended_is_handed_to_the_next_person():
    project = make_project()
    image = make_image(project)
    anna, ben = make_user(), make_user()
    leases.claim(project, anna)
    end(image)
    assert leases.claim(project, ben) == image
    with pytest.raises(Leased, match=ben.username):
        leases.take(image, anna)


@pytest.mark.django_db
def test_a_heartbeat_moves_the_end_on():
    project = make_project()
    image = make_image(project)
    anna = make_user()
    before = leases.take(image, anna).expires_at
    Lease.objects.update(expires_at=before - timedelta(seconds=60))
    assert leases.take(image, anna).expires_at >= before


@pytest.mark.django_db
def test_a_release_frees_the_image_but_not_another_persons():
    project = make_project()
    image = make_image(project)
    anna, ben = make_user(), make_user()
    leases.take(image, anna)
    leases.release(image, ben)
    assert leases.holder(image).user == anna
    leases.release(image, anna)
    assert leases.holder(image) is None


@pytest.mark.django_db
def test_the_review_queue_hands_out_the_most_urgent_first():
    project = make_project()
    low, high = make_image(project), make_image(project)
    make_review_item(low, priority=0.1)
    make_review_item(high, priority=0.9)
    user = make_user()
    assert [leases.claim(project, user, "review") for _ in range(3)] == [high, low, None]


@pytest.mark.django_db(transaction=True)
def test_ten_people_claiming_at_once_get_ten_images():
    project = make_project()
    for _ in range(10):
        make_image(project)
    people = [make_user() for _ in range(10)]
    got, start = [], threading.Barrier(10)

    def work(user) -> None:
        start.wait()
        got.append(leases.claim(project, user).pk)
        connection.close()

    threads = [threading.Thread(target=work, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(got)) == 10
