"""Rounds: start one, cancel it, run it from where it stands, and look after those whose worker died.

The mode says which phases a round has; a phase that was finished before a restart is not run again.
"""

import errno
import logging
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotations import jobs
from annotations.errors import BlemishError, Conflict
from annotations.models import JobState, Project
from inference import registry
from training.config import RoundConfig
from training.detector import backbone_registry
from training.models import Phase, Round, RoundEvent, RoundMode
from training.round_run import RoundRun, Watch, ignore
from training.snapshots import missing_labels

logger = logging.getLogger(__name__)

# A round whose worker dies this often does not suffer from bad luck.
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


class CannotStart(BlemishError):
    """A round that makes no sense now; the sentence says why and what to do."""

    default_code = "cannot_start"


def why_not(project: Project, mode: str = RoundMode.SELF_TRAIN, *, model: str = "") -> str | None:
    """Return why no round can start in PROJECT, in a sentence, or None when one can.

    A round that uses a ready MODEL needs no labels to train on.
    """
    if project.rounds.active().exists():
        return "A round of this project is already waiting or running: cancel it, or wait for its end."
    if mode == RoundMode.EVAL and not project.model_versions.detectors().exists():
        return "There is no detector to evaluate yet: train one first."
    if model and mode != RoundMode.EVAL:
        return None
    return missing_labels(project, need_training=mode != RoundMode.EVAL)


def _check_model(project: Project, name: str) -> None:
    """Raise CannotStart unless NAME is empty or a detector of PROJECT."""
    if not name:
        return
    try:
        registry.detector(project, name)
    except registry.ModelMissing as error:
        raise CannotStart(str(error)) from error


def create(project: Project, *, user=None, mode: str = RoundMode.SELF_TRAIN, config: RoundConfig) -> Round:
    """Make the next round of PROJECT, queued; raises CannotStart, Conflict when another one was just made."""
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
    """Make the next round of PROJECT and hand it to a worker on commit; raises as create."""
    round = create(project, user=user, mode=mode, config=config or RoundConfig())
    transaction.on_commit(lambda: enqueue(round.pk))
    return round


def enqueue(round_id: int, *, expires: int | None = None) -> None:
    """Send the round to the ml queue. A broker that cannot be reached is no error: the sweep asks again."""
    from training.tasks import run_round

    try:
        run_round.apply_async((round_id,), expires=expires, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("round %s waits until Redis can be reached: %s", round_id, error)


def cancel(round: Round) -> Round:
    """Stop the round: at once when it waits, within seconds when it runs; raises Conflict at its end."""
    waiting = Round.objects.filter(pk=round.pk, state=JobState.QUEUED)
    now = timezone.now()
    stopped = waiting.update(
        state=JobState.CANCELLED, finished_at=now, cancel_requested=True, message="Cancelled before it began"
    )
    if not stopped:
        running = Round.objects.filter(pk=round.pk, state=JobState.RUNNING)
        if running.update(cancel_requested=True) != 1:
            raise Conflict(f"Round {round.number} has already ended.")
    round.refresh_from_db()
    return round


def sweep() -> int:
    """Send every round that waits, or whose worker fell silent, to the ml queue; return how many."""
    # A message outlives the sweep's period by little, so that a busy worker finds no heap of copies; and a
    # copy that does run finds the round claimed.
    # A round made this moment is about to be claimed by whoever made it.
    settled = Round.objects.filter(created_at__lt=timezone.now() - timedelta(seconds=5))
    ids = list(jobs.due(settled).values_list("pk", flat=True))
    for pk in ids:
        enqueue(pk, expires=15)
    return len(ids)


def run(round_id: int, watch: Watch = ignore) -> Round | None:
    """Claim the round and run it to its end; return it, or None when there is nothing to do.

    What goes wrong is written on the round as one sentence; the models promoted before keep serving.
    """
    name = jobs.claim(Round.objects, round_id, attempts=F("attempts") + 1)
    if name is None:
        return None
    round = Round.objects.select_related("project", "snapshot", "detector", "started_by").get(pk=round_id)
    with jobs.ClaimedJob(Round.objects, round_id, name) as held:
        stage = RoundRun(round, held, watch)
        try:
            if round.attempts > MAX_ATTEMPTS:
                raise CannotStart(
                    f"The worker died {MAX_ATTEMPTS} times in this round, most likely for want of memory: "
                    "start a new one with a smaller input size."
                )
            _run_phases(stage)
            held.finish(JobState.DONE, message="Done", seconds_left=0)
        except jobs.Cancelled:
            held.finish(JobState.CANCELLED, message="Cancelled; its checkpoint is kept")
        except jobs.Interrupted:
            held.give_back(attempts=F("attempts") - 1, message="Waits for a worker")
        except jobs.LostClaim:
            logger.warning("round %s is run by another worker now; this one stops", round_id)
        except Exception as error:
            logger.exception("round %s failed", round_id)
            held.finish(JobState.FAILED, error=explain(error), message="Failed")
            RoundEvent.objects.create(round=round, kind="error", data={"text": explain(error)})
    round.refresh_from_db()
    return round


def _run_phases(stage: RoundRun) -> None:
    round = stage.round
    phases = PHASES[RoundMode(round.mode)]
    # A round that is taken up again begins with the phase that it was in.
    first = phases.index(round.phase) if round.phase in phases else 0
    if first > 0:
        stage.note("resumed", phase=round.phase, attempt=round.attempts)
    if settings.BLEMISH_BACKBONES:
        for problem in backbone_registry.publish().values():
            stage.note("warning", text=problem)
    for phase in phases[first:]:
        stage.enter(phase)
        _work(phase, round.mode)(stage)
    if round.mode == RoundMode.TRAIN or round.mode == RoundMode.TRAIN_EVAL:
        _promote(stage)


def _work(phase: Phase, mode: str):
    """Return the function of PHASE; imported here, because these modules belong to the worker."""
    from training.phases import fitting, graders, measuring

    if phase == Phase.LABEL:
        return _promote_and_label
    return {
        Phase.SNAPSHOT: fitting.freeze,
        Phase.DETECTOR: fitting.train_detector,
        Phase.GRADERS: graders.train,
        Phase.CALIBRATE: measuring.calibrate,
        Phase.EVALUATE: measuring.evaluate_kept if mode == RoundMode.EVAL else measuring.evaluate,
    }[phase]


def _promote(stage: RoundRun) -> None:
    from training.phases import measuring

    measuring.promote(stage)


def _promote_and_label(stage: RoundRun) -> None:
    from training.phases import label

    _promote(stage)
    label.label(stage)


def explain(error: Exception) -> str:
    """Return one sentence for people about why a round failed."""
    if isinstance(error, BlemishError):
        return str(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full: free some space and start a new round; the labels are untouched."
    kind = type(error)
    if isinstance(error, MemoryError) or kind.__name__ == "ResourceExhaustedError":
        return "The machine has not enough memory for this round: start one with a smaller input size."
    if kind.__module__.split(".")[0] in {"training", "inference", "annotations"}:
        return str(error)
    return f"Unexpected {kind.__name__}: {error}. The log of the ml worker has the details."
