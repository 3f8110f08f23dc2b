"""A round is claimed once, given back, cancelled or failed with a sentence; never run by two workers."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from annotations import jobs
from annotations.errors import Conflict
from annotations.models import JobState, Split
from tests.factories import make_box, make_image, make_project, make_revision, make_round, wire_box
from training import rounds
from training.config import BadRoundConfig, RoundConfig
from training.models import Round, RoundMode

pytestmark = pytest.mark.django_db(transaction=True)


def labeled_project():
    """Return a project with one labeled image with a box in the train split."""
    project = make_project()
    image = make_image(project, split=Split.TRAIN)
    make_revision(image, [wire_box()])
    make_box(image)
    return project


def silence(round_: Round, seconds: int = 60) -> None:
    """Let the last heartbeat of ROUND be SECONDS ago."""
    Round.objects.filter(pk=round_.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_a_second_worker_finds_a_running_round_claimed():
    round_ = make_round(make_project(), state=JobState.QUEUED)
    assert jobs.claim(Round.objects, round_.pk)
    assert jobs.claim(Round.objects, round_.pk) is None
    assert rounds.run(round_.pk) is None


def test_a_round_whose_worker_fell_silent_is_claimed_anew_and_the_old_worker_changes_nothing():
    round_ = make_round(make_project(), state=JobState.QUEUED)
    first = jobs.claim(Round.objects, round_.pk, attempts=F("attempts") + 1)
    silence(round_)
    second = jobs.claim(Round.objects, round_.pk, attempts=F("attempts") + 1)
    assert second not in (None, first)
    with pytest.raises(jobs.LostClaim), jobs.ClaimedJob(Round.objects, round_.pk, first) as held:
        held.write(message="I am not dead")
    round_.refresh_from_db()
    assert (round_.attempts, round_.message) == (2, "")


def test_a_round_that_is_claimed_again_keeps_the_time_of_its_first_start():
    round_ = make_round(make_project(), state=JobState.QUEUED)
    Round.objects.filter(pk=round_.pk).update(started_at=None)
    assert jobs.claim(Round.objects, round_.pk)
    first = Round.objects.get(pk=round_.pk).started_at
    assert first is not None
    silence(round_)
    assert jobs.claim(Round.objects, round_.pk)
    assert Round.objects.get(pk=round_.pk).started_at == first


def test_a_cancelled_round_stops_at_its_next_write():
    round_ = make_round(make_project(), state=JobState.QUEUED)
    claim = jobs.claim(Round.objects, round_.pk)
    rounds.cancel(round_)
    with pytest.raises(jobs.Cancelled), jobs.ClaimedJob(Round.objects, round_.pk, claim) as held:
        held.write(step=0)


def test_a_waiting_round_is_cancelled_at_once_and_a_finished_one_not_at_all():
    round_ = make_round(make_project(), state=JobState.QUEUED)
    assert rounds.cancel(round_).state == JobState.CANCELLED
    with pytest.raises(Conflict, match="already ended"):
        rounds.cancel(round_)


def test_a_worker_that_is_told_to_end_gives_its_round_back():
    project = labeled_project()
    round_ = rounds.create(project, config=RoundConfig())
    jobs.ending.set()
    try:
        round_ = rounds.run(round_.pk)
    finally:
        jobs.ending.clear()
    assert (round_.state, round_.claim, round_.attempts) == (JobState.QUEUED, "", 0)


def test_the_sweep_finds_waiting_and_silent_rounds_but_not_living_ones():
    old = timezone.now() - timedelta(minutes=1)
    waiting = make_round(make_project(), state=JobState.QUEUED)
    silent = make_round(make_project(), state=JobState.QUEUED)
    living = make_round(make_project(), state=JobState.QUEUED)
    Round.objects.update(created_at=old)
    for round_ in (silent, living):
        jobs.claim(Round.objects, round_.pk)
    silence(silent)
    assert set(jobs.due(Round.objects)) == {waiting, silent}
    assert rounds.sweep() == 2


def test_one_round_at_a_time_in_a_project():
    project = labeled_project()
    rounds.create(project, config=RoundConfig())
    with pytest.raises(rounds.CannotStart, match="already waiting or running"):
        rounds.create(project, config=RoundConfig())


def test_rounds_are_numbered_without_gaps_by_their_project():
    project = labeled_project()
    numbers = []
    for _ in range(3):
        round_ = rounds.create(project, config=RoundConfig())
        rounds.cancel(round_)
        numbers.append(round_.number)
    assert numbers == [1, 2, 3]


def test_what_is_missing_for_a_round_is_said_in_a_sentence():
    empty = make_project(types=())
    assert "no defect types" in rounds.why_not(empty)
    project = make_project()
    assert "No labeled image is in the train split" in rounds.why_not(project)
    make_revision(make_image(project, state="labeled"))
    assert "has a box" in rounds.why_not(project)
    assert "no detector to evaluate" in rounds.why_not(project, RoundMode.EVAL)
    assert rounds.why_not(labeled_project()) is None


def test_a_round_that_fails_says_why_and_keeps_its_number():
    project = labeled_project()
    round_ = rounds.create(project, config=RoundConfig(backbone="of my own"))
    round_ = rounds.run(round_.pk)
    assert round_.state == JobState.FAILED
    assert "of my own" in round_.error
    assert round_.events.filter(kind="error").exists()


def test_a_round_whose_worker_keeps_dying_is_given_up():
    project = labeled_project()
    round_ = rounds.create(project, config=RoundConfig())
    Round.objects.filter(pk=round_.pk).update(attempts=rounds.MAX_ATTEMPTS)
    assert "died 8 times" in rounds.run(round_.pk).error


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": "ten"}, "minutes"),
        ({"epochs": 2, "minutes": 1}, "epochs"),
        ({"input_size": 100}, "input_size"),
        ({"seed": True}, "seed"),
        ({"min_evidence": 4}, "min_evidence"),
        ({"learning": 1}, "learning"),
    ],
)
def test_a_wrong_setting_is_named(values, field):
    with pytest.raises(BadRoundConfig) as caught:
        RoundConfig.from_dict(values)
    assert caught.value.extra["field"] == field
