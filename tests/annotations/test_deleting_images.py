"""Deleted images: out of sight at once, back within a day, then gone but where a round names them."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from annotations import deletions
from annotations.labeling import leases
from annotations.models import Box, Image, JobState, Lease, Revision, Role
from tests.api import member_client
from tests.factories import (
    make_box,
    make_image,
    make_project,
    make_revision,
    make_round,
    make_snapshot,
    make_user,
)
from training import purging
from training.models import SnapshotImage

pytestmark = pytest.mark.django_db
OVER = timedelta(hours=24, minutes=1)


@pytest.fixture
def project():
    return make_project()


def delete_long_ago(*images) -> None:
    Image.objects.filter(pk__in=[image.pk for image in images]).update(deleted_at=timezone.now() - OVER)


def test_a_deleted_image_is_nowhere_and_comes_back_as_it_was(project):
    image = make_image(project, "a.png")
    make_box(image)
    person = make_user()
    leases.take(image, person)
    assert deletions.delete(project, [image.pk], user=person).done == [image.pk]
    client = member_client(project, Role.ENGINEER)
    assert client.get(f"/api/images/{image.pk}/").status_code == 404
    assert client.get(f"/api/projects/{project.slug}/images/").json()["results"] == []
    (row,) = client.get(f"/api/projects/{project.slug}/images/?deleted=true").json()["results"]
    assert row["name"] == "a.png"
    assert not Lease.objects.filter(image=image).exists()
    assert deletions.restore(project, [image.pk]).done == [image.pk]
    assert client.get(f"/api/images/{image.pk}/").json()["box_count"] == 1
    assert image.boxes.count() == 1


def test_an_image_that_somebody_works_on_is_not_deleted(project):
    image, person = make_image(project, "a.png"), make_user()
    leases.take(image, make_user("max"))
    outcome = deletions.delete(project, [image.pk], user=person)
    assert [row.detail for row in outcome.refused] == ["a.png: max works on it now; delete it later."]
    image.refresh_from_db()
    assert image.deleted_at is None


def test_an_image_whose_name_or_content_is_back_cannot_be_restored(project):
    named, same = make_image(project, "a.png"), make_image(project, "b.png")
    free = make_image(project, "c.png")
    ids = [named.pk, same.pk, free.pk]
    deletions.delete(project, ids)
    make_image(project, "a.png")
    again = make_image(project, "other.png")
    Image.objects.filter(pk=again.pk).update(sha256=same.sha256)
    outcome = deletions.restore(project, ids)
    assert outcome.done == [free.pk]
    assert {row.code: row.name for row in outcome.refused} == {
        "name_taken": "a.png",
        "duplicate_image": "b.png",
    }
    assert "other.png" in str(outcome.refused)


def test_of_two_deleted_images_of_one_name_the_last_one_comes_back(project):
    older = make_image(project, "a.png")
    deletions.delete(project, [older.pk])
    newer = make_image(project, "a.png")
    deletions.delete(project, [newer.pk])
    outcome = deletions.restore(project, [older.pk, newer.pk])
    assert outcome.done == [newer.pk]
    assert [row.id for row in outcome.refused] == [older.pk]


def test_a_day_later_nothing_can_be_restored(project):
    image = make_image(project)
    delete_long_ago(image)
    assert deletions.restore(project, [image.pk]).done == []


def test_after_a_day_files_and_rows_are_removed(project):
    image, young, here = make_image(project, ready=True), make_image(project), make_image(project)
    make_box(image)
    make_revision(image)
    deletions.delete(project, [young.pk])
    delete_long_ago(image)
    files = [image.file.name, image.view.name, image.thumbnail.name]
    assert purging.purge() == 1
    assert not any(map(default_storage.exists, files))
    assert set(project.images.values_list("pk", flat=True)) == {young.pk, here.pk}
    assert not Box.objects.filter(image=image.pk).exists()
    assert default_storage.exists(young.file.name)
    assert purging.purge() == 0


def test_a_purge_that_died_after_the_files_is_finished_by_the_next_one(project):
    image = make_image(project)
    delete_long_ago(image)
    default_storage.delete(image.file.name)
    assert purging.purge() == 1
    assert not project.images.exists()


def test_what_a_running_round_reads_stays_until_its_end(project):
    image = make_image(project)
    snapshot = make_snapshot(project)
    SnapshotImage.objects.create(snapshot=snapshot, image=image, version=1, split="train")
    round_ = make_round(project, state=JobState.RUNNING, snapshot=snapshot)
    delete_long_ago(image)
    assert purging.purge() == 0
    assert default_storage.exists(image.file.name)
    round_.state = JobState.DONE
    round_.save()
    assert purging.purge() == 1
    assert not default_storage.exists(image.file.name)


def test_a_snapshot_still_tells_what_it_held(project):
    image = make_image(project, "a.png")
    make_revision(image, [])
    snapshot = make_snapshot(project)
    SnapshotImage.objects.create(snapshot=snapshot, image=image, version=1, split="train")
    delete_long_ago(image)
    assert purging.purge() == 1
    held = snapshot.images.get().image
    assert (held.name, held.sha256, bool(held.file)) == ("a.png", image.sha256, False)
    assert Revision.objects.filter(image=held, version=1).exists()
    assert purging.purge() == 0
    assert deletions.restore(project, [image.pk]).done == []
