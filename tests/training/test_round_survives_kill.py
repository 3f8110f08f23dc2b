"""kill -9 in the middle of a training costs seconds of work: the next worker goes on from the checkpoint."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from annotations.models import JobState
from tests.support.waiting import wait_until
from tests.training.surfaces import make_surfaces
from training import rounds
from training.config import RoundConfig
from training.models import Round, RoundMode

pytestmark = pytest.mark.slow
CONFIG = RoundConfig(epochs=60, input_size=64, train_graders=False)


def steps_seen(round_: Round) -> list[int]:
    """Return the steps of the round's progress events, in the order in which they were written."""
    return [event.data["step"] for event in round_.events.filter(kind="progress")]


def alive(round_: Round) -> bool:
    """Return True; a round that failed is no use waiting for."""
    round_.refresh_from_db()
    assert round_.state != JobState.FAILED, round_.error
    return True


def test_a_killed_training_goes_on_from_its_checkpoint_and_nothing_is_trained_twice(celery_worker):
    project = make_surfaces(unlabeled=2, calibration=2, test=2)
    first = celery_worker("ml")
    round_ = rounds.start(project, mode=RoundMode.TRAIN_EVAL, config=CONFIG)
    checkpoint = Path(settings.ROUNDS_ROOT) / str(round_.pk) / "detector" / "checkpoint"
    wait_until(
        lambda: checkpoint.exists() and len(steps_seen(round_)) > 2,
        seconds=240,
        what="a checkpoint to be kept",
    )
    first.kill()
    before = steps_seen(round_)
    round_.refresh_from_db()
    assert round_.state == JobState.RUNNING
    assert max(before) < 120

    # The row looks alive until its heartbeat is stale; then the sweep hands it to whoever is there.
    celery_worker("ml")
    assert rounds.sweep() == 0
    Round.objects.filter(pk=round_.pk).update(
        heartbeat_at=timezone.now() - timedelta(minutes=1), created_at=timezone.now() - timedelta(minutes=2)
    )
    assert rounds.sweep() == 1

    def ended() -> bool:
        round_.refresh_from_db()
        return round_.state not in (JobState.QUEUED, JobState.RUNNING)

    wait_until(ended, seconds=240, what="the round to end")
    assert (round_.state, round_.error, round_.attempts) == (JobState.DONE, "", 2)
    after = steps_seen(round_)[len(before) :]
    assert min(after) > 1, "the second worker began anew"
    assert max(after) == 120
    assert round_.events.filter(kind="checkpoint").get().data["steps"] == 120
    assert project.model_versions.count() == 1
    assert [mark["step"] for mark in round_.metrics["checkpoints"]] == [30, 60, 90]


def test_a_cancelled_training_stops_within_seconds_and_keeps_its_checkpoint(celery_worker):
    project = make_surfaces(unlabeled=0, calibration=0, test=0)
    celery_worker("ml")
    round_ = rounds.start(project, mode=RoundMode.TRAIN, config=RoundConfig(epochs=5000, input_size=64))
    wait_until(lambda: alive(round_) and len(steps_seen(round_)) > 1, seconds=240, what="the training to run")
    rounds.cancel(round_)

    def stopped() -> bool:
        round_.refresh_from_db()
        return round_.state == JobState.CANCELLED

    wait_until(stopped, seconds=30, what="the training to stop")
    assert (Path(settings.ROUNDS_ROOT) / str(round_.pk) / "detector" / "checkpoint").exists()
    assert not project.model_versions.exists()
