"""Rounds: start one, cancel it, run it from where it stands, and enqueue those whose worker died.

The mode says which phases a round has; a phase that was finished before a restart is not run again.
"""

import importlib
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from annotations import jobs
from annotations.errors import BlemishError, Conflict
from annotations.models import JobState, Project
from inference import registry
from training import phases
from training.config import RoundConfig
from training.detector import backbone_choices
from training.models import Phase, Round, RoundEvent, RoundMode
from training.round_run import RoundRun, Watch, ignore
from training.snapshots import missing_labels

# The Celery task that runs a round, by name: the module of tasks stands above this one.
RUN_ROUND = "training.tasks.run_round"
# A round whose worker dies this often is given up.
MAX_ATTEMPTS = 8

PHASES = {
    RoundMode.TRAIN: (Phase.SNAPSHOT, Phase.DETECTOR, Phase.GRADERS, Phase.CALIBRATE),
    RoundMode.TRAIN_EVAL: (
        Phase.SNAPSHOT,
        Phase.DETECTOR,
        Phase.GRADERS,
        Phase.CALIBRATE,
        Phase.EVALUATE,
    ),
    RoundMode.SELF_TRAIN: tuple(Phase),
    RoundMode.EVAL: (Phase.SNAPSHOT, Phase.CALIBRATE, Phase.EVALUATE),
}


# What is written with the state in which the worker leaves a round.
WRITTEN: dict[JobState, dict[str, object]] = {
    JobState.DONE: {"message": "Done", "seconds_left": 0},
    JobState.CANCELLED: {"message": "Cancelled; its checkpoint is kept"},
    JobState.QUEUED: {"message": "Waits for a worker", "attempts": F("attempts") - 1},
    JobState.FAILED: {"message": "Failed"},
}

explain = partial(
    jobs.explain,
    disk_full="The disk is full: free some space and start a new round; the labels are untouched.",
    out_of_memory="The machine has not enough memory for this round: start one with a smaller input size.",
    worker="ml",
)


class CannotStart(BlemishError):
    """A round that makes no sense now; the sentence says why and what to do."""

    default_code = "cannot_start"


def why_not(project: Project, mode: str = RoundMode.SELF_TRAIN, *, model: str = "") -> str | None:
    """Return why no round can start in `project`, in a sentence, or None when one can.

    A round that uses a ready `model` needs no labels to train on.
    """
    if project.rounds.active().exists():
        return "A round of this project is already waiting or running: cancel it, or wait for its end."
    if mode == RoundMode.EVAL and not project.model_versions.detectors().exists():
        return "There is no detector to evaluate yet: train one first."
    if model and mode != RoundMode.EVAL:
        return None
    return missing_labels(project, need_training=mode != RoundMode.EVAL)


def _check_model(project: Project, name: str) -> None:
    """Raise CannotStart unless `name` is empty or a detector of `project`."""
    if not name:
        return
    try:
        registry.detector(project, name)
    except registry.ModelMissing as error:
        raise CannotStart(str(error)) from error


def create(project: Project, *, user=None, mode: str = RoundMode.SELF_TRAIN, config: RoundConfig) -> Round:
    """Make the next round of `project`, queued; raises CannotStart, Conflict if another was just made."""
    if mode not in RoundMode.values:
        raise CannotStart(f"{mode!r} is no mode; choose {', '.join(RoundMode.values)}.")
    if why := why_not(project, mode, model=config.model):
        raise CannotStart(why)
    _check_model(project, config.model)
    number = (project.rounds.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            return Round.objects.create(
                project=project,
                number=number,
                mode=mode,
                config=config.to_dict(),
                started_by=user,
                message="Waits for a worker",
            )
    except IntegrityError as error:
        raise Conflict("Another round of this project was started at the same moment.") from error


def start(
    project: Project, *, user=None, mode: str = RoundMode.SELF_TRAIN, config: RoundConfig | None = None
) -> Round:
    """Make the next round of `project` and enqueue it on commit; raises as `create`."""
    round_ = create(project, user=user, mode=mode, config=config or RoundConfig())
    transaction.on_commit(lambda: jobs.enqueue(RUN_ROUND, round_.pk))
    return round_


def cancel(round_: Round) -> Round:
    """Cancel a round: at once when it waits, within seconds when it runs; raises Conflict at its end."""
    ended = f"Round {round_.number} has already ended."
    jobs.cancel(Round.objects, round_.pk, ended=ended, message="Cancelled before it began")
    round_.refresh_from_db()
    return round_


def sweep() -> int:
    """Send every round that waits, or whose worker is silent, to the ml queue; return how many."""
    return jobs.sweep(Round.objects, RUN_ROUND)


def run(round_id: int, watch: Watch = ignore) -> Round | None:
    """Claim the round and run it to its end; return it, or None when another worker has it or it has ended.

    An error is written on the round as one sentence; the models promoted before stay in use.
    """
    rounds = Round.objects.select_related("project", "snapshot", "detector", "started_by")
    ended = jobs.run(
        Round.objects,
        round_id,
        lambda job: _run_phases(RoundRun(rounds.get(pk=round_id), job, watch)),
        explain=explain,
        written=WRITTEN,
        attempts=F("attempts") + 1,
    )
    if ended is None:
        return None
    round_ = rounds.get(pk=round_id)
    if ended == JobState.FAILED:
        RoundEvent.objects.create(round=round_, kind="error", data={"text": round_.error})
    return round_


def _run_phases(round_run: RoundRun) -> None:
    round_ = round_run.round
    if round_.attempts > MAX_ATTEMPTS:
        raise CannotStart(
            f"The worker died {MAX_ATTEMPTS} times in this round, most likely for want of memory: "
            "start a new one with a smaller input size."
        )
    phases_of_mode = PHASES[RoundMode(round_.mode)]
    # A round that is taken up again begins with the phase that it was in.
    first = phases_of_mode.index(round_.phase) if round_.phase in phases_of_mode else 0
    if first > 0:
        round_run.note("resumed", phase=round_.phase, attempt=round_.attempts)
    if settings.BLEMISH_BACKBONES:
        for problem in backbone_choices.publish().values():
            round_run.note("warning", text=problem)
    for phase in phases_of_mode[first:]:
        round_run.enter(phase)
        # Imported when it runs: only a worker needs the modules of the phases.
        importlib.import_module(phases.MODULES[phase]).run(round_run)
    if round_.mode in (RoundMode.TRAIN, RoundMode.TRAIN_EVAL):
        importlib.import_module("training.phases.promote").run(round_run)
