"""A long job as a row: claimed by one worker, kept alive, given back, cancelled, ended with a sentence."""

import errno
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
import redis
from celery import Celery
from django.conf import settings
from django.db import connection
from django.utils import timezone

from annotations import jobs
from annotations.errors import Conflict, StorageFull
from annotations.imaging.decoding import UnreadableImage
from annotations.models import Archive, Image, JobState, ViewState
from tests.factories import make_image, make_project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

TASK = "annotations.tasks.unpack"
explain = partial(jobs.explain, disk_full="Free some space.", out_of_memory="Send fewer.", worker="default")
VIEWS = jobs.TimedClaim(
    pending=ViewState.PENDING, running=ViewState.RENDERING, state="view_state", claimed_at="view_claimed_at"
)


@pytest.fixture
def row() -> Archive:
    return make_row()


@pytest.fixture
def broker() -> redis.Redis:
    """Give the Redis of this run, with empty queues."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.flushdb()
    return client


def make_row(**values) -> Archive:
    return Archive.objects.create(project=make_project(), name="lot.zip", **values)


def read(row: Archive) -> Archive:
    return Archive.objects.get(pk=row.pk)


def change(row: Archive, **values) -> None:
    Archive.objects.filter(pk=row.pk).update(**values)


def ago(seconds: float):
    return timezone.now() - timedelta(seconds=seconds)


def claim(row: Archive, **changes) -> jobs.ClaimedJob:
    name = jobs.claim(Archive.objects, row.pk, **changes)
    assert name
    return jobs.ClaimedJob(Archive.objects, row.pk, name)


def run(row: Archive, work, **options) -> JobState | None:
    return jobs.run(Archive.objects, row.pk, work, explain=explain, **options)


def raising(error: BaseException):
    def work(job: jobs.ClaimedJob) -> None:
        raise error

    return work


# Claims


def test_of_many_workers_at_once_one_gets_the_claim(row):
    def try_it(_) -> str | None:
        try:
            return jobs.claim(Archive.objects, row.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(try_it, range(16)))
    (name,) = filter(None, claims)
    assert (read(row).state, read(row).claim) == (JobState.RUNNING, name)


def test_a_claim_writes_what_comes_with_it_and_clears_an_old_error(row):
    change(row, error="The disk was full.")
    claim(row, added=3)
    assert (read(row).added, read(row).error) == (3, "")
    assert read(row).heartbeat_at > ago(5)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_what_has_ended_is_not_claimed(row, state):
    change(row, state=state)
    assert jobs.claim(Archive.objects, row.pk) is None


def test_a_silent_job_is_claimed_anew_and_its_old_worker_writes_nothing(row):
    old = claim(row)
    assert jobs.claim(Archive.objects, row.pk) is None
    change(row, heartbeat_at=ago(jobs.STALE_SECONDS + 1))
    new = claim(row)
    with pytest.raises(jobs.LostClaim):
        old.write(added=5)
    assert not old.finish(JobState.DONE)
    assert not old.give_back(added=5)
    new.write(added=1)
    assert (read(row).state, read(row).added) == (JobState.RUNNING, 1)


def test_due_is_what_waits_and_what_is_silent(row):
    living, silent, ended = make_row(), make_row(), make_row(state=JobState.DONE)
    for other in (living, silent):
        claim(other)
    change(silent, heartbeat_at=ago(jobs.STALE_SECONDS + 1))
    assert set(jobs.due(Archive.objects)) == {row, silent}
    assert ended not in jobs.due(Archive.objects)


def test_the_heartbeat_stays_fresh_while_the_work_is_silent(row, monkeypatch):
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 0.02)
    with claim(row) as job:
        change(row, heartbeat_at=ago(3600))
        wait_until(lambda: read(row).heartbeat_at > ago(60), seconds=20, what="a heartbeat")
    assert f"heartbeat of {job.name}" not in {thread.name for thread in threading.enumerate()}


# Cancelling


def cancel(row: Archive, **changes) -> bool:
    return jobs.cancel(Archive.objects, row.pk, ended="It has ended.", **changes)


def test_a_job_that_waits_is_cancelled_at_once(row):
    assert cancel(row, added=7)
    assert (read(row).state, read(row).added) == (JobState.CANCELLED, 7)
    assert read(row).finished_at > ago(5)
    assert jobs.claim(Archive.objects, row.pk) is None


def test_a_job_that_runs_is_cancelled_at_its_next_write(row):
    def work(job: jobs.ClaimedJob) -> None:
        assert not cancel(row, added=7)
        assert (read(row).state, read(row).added) == (JobState.RUNNING, 0)
        job.write(added=1)
        raise AssertionError("the work goes on")

    assert run(row, work) == JobState.CANCELLED
    assert (read(row).state, read(row).added) == (JobState.CANCELLED, 1)


def test_a_job_that_was_given_back_after_its_cancellation_ends_with_its_next_worker(row):
    job = claim(row)
    cancel(row)
    job.give_back()
    assert run(row, jobs.ClaimedJob.check) == JobState.CANCELLED


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_a_job_that_has_ended_is_not_cancelled(row, state):
    change(row, state=state)
    with pytest.raises(Conflict, match="It has ended"):
        cancel(row)
    assert (read(row).state, read(row).cancel_requested) == (state, False)


# Outcomes


@pytest.mark.parametrize(
    ("work", "state", "error"),
    [
        (jobs.ClaimedJob.check, JobState.DONE, ""),
        (raising(jobs.Cancelled()), JobState.CANCELLED, ""),
        (raising(jobs.Interrupted()), JobState.QUEUED, ""),
        (raising(MemoryError()), JobState.FAILED, "Send fewer."),
    ],
)
def test_the_outcome_is_recorded_with_what_belongs_to_it(row, work, state, error):
    written = {each: {"added": number} for number, each in enumerate(JobState, start=10)}
    assert run(row, work, written=written, known=2) == state
    row = read(row)
    assert (row.state, row.error, row.known) == (state, error, 2)
    assert row.added == written[state]["added"]
    assert (row.finished_at is None) == (state == JobState.QUEUED)


def test_an_interrupted_job_can_be_claimed_at_once(row):
    jobs.ending.set()
    try:
        assert run(row, jobs.ClaimedJob.check) == JobState.QUEUED
    finally:
        jobs.ending.clear()
    assert read(row).claim == ""
    assert run(row, jobs.ClaimedJob.check) == JobState.DONE


def test_a_worker_that_was_replaced_leaves_the_row_to_the_other_one(row):
    def work(job: jobs.ClaimedJob) -> None:
        change(row, heartbeat_at=ago(jobs.STALE_SECONDS + 1))
        claim(row)
        raise ValueError("an error of the replaced worker")

    assert run(row, work) is None
    assert (read(row).state, read(row).error) == (JobState.RUNNING, "")


def test_a_job_that_is_not_due_is_not_worked_on(row):
    claim(row)
    assert run(row, raising(AssertionError("worked on"))) is None
    assert (read(row).state, read(row).error) == (JobState.RUNNING, "")


def test_a_worker_that_dies_leaves_the_row_for_the_sweep(row):
    with pytest.raises(KeyboardInterrupt):
        run(row, raising(KeyboardInterrupt()))
    assert read(row).state == JobState.RUNNING
    change(row, heartbeat_at=ago(jobs.STALE_SECONDS + 1))
    assert run(row, jobs.ClaimedJob.check) == JobState.DONE


# Sentences


class ResourceExhaustedError(Exception):
    """Has the name of TensorFlow's error."""


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Conflict("Somebody was faster."), "Somebody was faster."),
        (StorageFull(), "The disk is full: nothing was kept of this file. Make room and send it again."),
        (OSError(errno.ENOSPC, "No space left on device"), "Free some space."),
        (MemoryError(), "Send fewer."),
        (ResourceExhaustedError("OOM when allocating tensor"), "Send fewer."),
        (UnreadableImage("a.png", "is cut off"), str(UnreadableImage("a.png", "is cut off"))),
        (
            ZeroDivisionError("division by zero"),
            "Unexpected ZeroDivisionError: division by zero. The log of the default worker has the details.",
        ),
        (
            OSError(errno.EIO, "Input/output error"),
            "Unexpected OSError: [Errno 5] Input/output error. "
            "The log of the default worker has the details.",
        ),
    ],
)
def test_an_error_is_explained_in_one_sentence(error, sentence):
    assert explain(error) == sentence


# The queue


def messages(broker: redis.Redis, queue: str) -> list[dict]:
    return [json.loads(text)["headers"] for text in broker.lrange(queue, 0, -1)]


def test_a_task_is_sent_by_name_to_the_queue_of_the_settings(broker):
    assert jobs.enqueue(TASK, 7, expires=15)
    assert jobs.enqueue("training.tasks.run_round", 8)
    (swept,) = messages(broker, "default")
    assert (swept["task"], swept["argsrepr"]) == (TASK, "(7,)")
    assert swept["expires"] is not None
    (sent,) = messages(broker, "ml")
    assert (sent["task"], sent["argsrepr"], sent["expires"]) == ("training.tasks.run_round", "(8,)", None)


def test_without_redis_enqueueing_says_so_at_once_and_raises_nothing(caplog, monkeypatch):
    nowhere = Celery("nowhere", set_as_current=False)
    nowhere.config_from_object("django.conf:settings", namespace="CELERY")
    nowhere.conf.broker_url = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(jobs, "current_app", nowhere)
    began = time.monotonic()
    assert jobs.enqueue(TASK, 7) is False
    assert time.monotonic() - began < 3
    assert f"{TASK}(7,) waits until Redis and a worker run" in caplog.text


def test_the_sweep_sends_what_is_due_but_not_what_was_made_this_moment(broker, row):
    living, old = make_row(), make_row()
    Archive.objects.filter(pk__in=[living.pk, old.pk]).update(created_at=ago(60))
    claim(living)
    assert jobs.sweep(Archive.objects, TASK) == 1
    (message,) = messages(broker, "default")
    assert (message["task"], message["argsrepr"]) == (TASK, f"({old.pk},)")
    assert message["expires"] is not None


# Claims by time


def test_a_claim_by_time_is_given_once_and_ends_when_the_row_is_reset():
    image = make_image(make_project())
    rows = Image.objects.filter(pk=image.pk)
    mine = VIEWS.claim(Image.objects, image.pk, view_error="tried")
    assert VIEWS.claim(Image.objects, image.pk) is None
    assert mine.get().view_error == "tried"
    assert VIEWS.reset(rows) == 1
    assert not mine.exists()
    other = VIEWS.claim(Image.objects, image.pk)
    assert other.update(view_state=ViewState.READY) == 1
    assert mine.update(view_state=ViewState.FAILED) == 0


def test_a_claim_by_time_ends_by_itself():
    image = make_image(make_project())
    mine = VIEWS.claim(Image.objects, image.pk)
    assert not VIEWS.stalled(Image.objects).exists()
    mine.update(view_claimed_at=timezone.now() - VIEWS.ends_after - timedelta(seconds=1))
    assert VIEWS.reset(VIEWS.stalled(Image.objects)) == 1
    assert VIEWS.claim(Image.objects, image.pk) is not None
