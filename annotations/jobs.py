"""Long work as rows: it is queued, claimed by one worker, watched by its heartbeat, cancelled, and ended.

Works on any model with the fields `state`, `claim`, `heartbeat_at`, `finished_at`, `cancel_requested` and
`error`, and `started_at` where a model has it (rounds, inspections and archives). Every write of a worker
filters on its claim, so that a worker that was replaced because it was silent writes nothing any more.
Short work without a heartbeat (previews, tiles) uses `TimedClaim` instead.
"""

from __future__ import annotations

import errno
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from celery import current_app
from django.db import DatabaseError, connection
from django.db.models import DateTimeField, Manager, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from kombu.exceptions import OperationalError

from annotations.errors import BlemishError, Conflict
from annotations.models import JobState

logger = logging.getLogger(__name__)

BEAT_SECONDS = 4
# A running job whose last heartbeat is older than this has lost its worker.
STALE_SECONDS = 30
# A row younger than this is about to be enqueued by the request that made it.
NEW_SECONDS = 5
# Swept messages live a little longer than a sweep's period, so that they do not pile up behind a busy worker.
SWEPT_EXPIRES = 15
ACTIVE = (JobState.QUEUED, JobState.RUNNING)
# Errors of these packages are sentences for people already.
OWN_PACKAGES = frozenset({"annotations", "inference", "training"})

# Set when this process is told to end, so that long work stops at its next write instead of being killed.
ending = threading.Event()


class Cancelled(Exception):
    """A person asked to stop."""


class Interrupted(Exception):
    """This worker must stop; the row goes back to the queue and any worker goes on with it."""


class LostClaim(Exception):
    """Another worker has claimed the row; this one must stop and write nothing."""


def enqueue(task: str, *args: int, expires: int | None = None) -> bool:
    """Send the Celery task of the name `task` to its queue; return whether the broker could be reached.

    `expires` is the number of seconds after which a worker drops the message. An unreachable broker is no
    error: it is logged, and the next sweep sends the message again.
    """
    try:
        current_app.send_task(task, args, expires=expires, retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("%s%s waits until Redis and a worker run: %s", task, args, error)
        return False
    return True


def due(jobs: Manager | QuerySet) -> QuerySet:
    """Return the rows of `jobs` that are queued, or are running with a stale heartbeat."""
    stale = timezone.now() - timedelta(seconds=STALE_SECONDS)
    return jobs.filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=stale))


def sweep(jobs: Manager | QuerySet, task: str) -> int:
    """Enqueue `task` for every due row of `jobs`, oldest first; return how many there were.

    A message for a row that another message has started meanwhile finds it claimed, and does nothing.
    """
    old = jobs.filter(created_at__lt=timezone.now() - timedelta(seconds=NEW_SECONDS))
    ids = list(due(old).order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        enqueue(task, pk, expires=SWEPT_EXPIRES)
    return len(ids)


def cancel(jobs: Manager | QuerySet, pk: int, *, ended: str, **changes) -> bool:
    """Cancel the row `pk`: at once when it is queued, at its worker's next write when it is running.

    Returns whether it was cancelled at once; only then `changes` are written. Raises Conflict with the
    sentence `ended` when the job has ended already.
    """
    row = jobs.filter(pk=pk)
    changes |= {"state": JobState.CANCELLED, "cancel_requested": True, "finished_at": timezone.now()}
    if row.filter(state=JobState.QUEUED).update(**changes) == 1:
        return True
    # Queued included: its worker may have given it back between the two statements.
    if row.filter(state__in=ACTIVE).update(cancel_requested=True) != 1:
        raise Conflict(ended)
    return False


def claim(jobs: Manager | QuerySet, pk: int, **changes) -> str | None:
    """Claim the row `pk` of `jobs` and write `changes`; return the claim, or None when it is not due."""
    name = uuid.uuid4().hex
    now = timezone.now()
    changes |= {"state": JobState.RUNNING, "claim": name, "heartbeat_at": now, "error": ""}
    if any(field.name == "started_at" for field in jobs.model._meta.fields):
        changes["started_at"] = Coalesce("started_at", Value(now, output_field=DateTimeField()))
    return name if due(jobs).filter(pk=pk).update(**changes) == 1 else None


class ClaimedJob:
    """A claimed row while it is worked on: `with ClaimedJob(rows, pk, claim) as job: job.write(step=3)`.

    A thread keeps the heartbeat fresh between the writes.
    """

    def __init__(self, jobs: Manager | QuerySet, pk: int, claim: str) -> None:
        self.name = f"{jobs.model._meta.verbose_name} {pk}"
        self._mine = jobs.filter(pk=pk, claim=claim, state=JobState.RUNNING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {self.name}", daemon=True)

    def __enter__(self) -> ClaimedJob:
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def write(self, **changes) -> None:
        """Write `changes` and a fresh heartbeat; raises LostClaim, Cancelled, Interrupted when to stop."""
        if self._mine.update(heartbeat_at=timezone.now(), **changes) != 1:
            raise LostClaim
        if self._mine.values_list("cancel_requested", flat=True).first():
            raise Cancelled
        if ending.is_set():
            raise Interrupted

    def check(self) -> None:
        """Raise LostClaim, Cancelled or Interrupted if the work must stop."""
        self.write()

    def finish(self, state: JobState, **changes) -> bool:
        """End the row in `state` and write `changes`; return whether the claim still held."""
        return self._mine.update(state=state, finished_at=timezone.now(), **changes) == 1

    def give_back(self, **changes) -> bool:
        """Put the row back into the queue and write `changes`; return whether the claim still held."""
        return self._mine.update(state=JobState.QUEUED, claim="", **changes) == 1

    def _beat(self) -> None:
        # Some work is silent for longer than a row may be: loading TensorFlow, writing a model.
        try:
            while not self._stop.wait(BEAT_SECONDS):
                try:
                    self._mine.update(heartbeat_at=timezone.now())
                except DatabaseError as error:
                    logger.warning("a heartbeat could not be written and is tried again: %s", error)
        finally:
            connection.close()


def run(
    jobs: Manager | QuerySet,
    pk: int,
    work: Callable[[ClaimedJob], None],
    *,
    explain: Callable[[Exception], str],
    written: Mapping[JobState, Mapping[str, object]] | None = None,
    **claimed,
) -> JobState | None:
    """Claim the row `pk`, do `work` on it and record how it ended; return the state that was recorded.

    `claimed` is written with the claim, `written[state]` with each state at the end; QUEUED is that of a job
    that was given back. `explain` turns an error into the row's sentence. Returns None when the row is not
    due, or another worker has claimed it meanwhile.
    """
    name = claim(jobs, pk, **claimed)
    if name is None:
        return None
    with ClaimedJob(jobs, pk, name) as job:
        state, error = _outcome(job, work, explain)
        changes = dict((written or {}).get(state, {})) if state else {}
        if state is None:
            held = False
        elif state == JobState.QUEUED:
            held = job.give_back(**changes)
        else:
            held = job.finish(state, error=error, **changes)
    if not held:
        logger.warning("%s is run by another worker now; this one stops", job.name)
        return None
    return state


def _outcome(
    job: ClaimedJob, work: Callable[[ClaimedJob], None], explain: Callable[[Exception], str]
) -> tuple[JobState | None, str]:
    """Do `work`; return the state in which it ends, None for a lost claim, and the sentence of an error."""
    try:
        work(job)
    except Cancelled:
        return JobState.CANCELLED, ""
    except Interrupted:
        return JobState.QUEUED, ""
    except LostClaim:
        return None, ""
    except Exception as error:
        logger.exception("%s failed", job.name)
        return JobState.FAILED, explain(error)
    return JobState.DONE, ""


def explain(error: Exception, *, disk_full: str, out_of_memory: str, worker: str) -> str:
    """Return one sentence for people about why a job failed.

    `disk_full` and `out_of_memory` are the job's own sentences for these; `worker` names the log to read.
    """
    error_type = type(error)
    if isinstance(error, BlemishError):
        return str(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return disk_full
    # TensorFlow's error is known by its name, so that this module needs no TensorFlow.
    if isinstance(error, MemoryError) or error_type.__name__ == "ResourceExhaustedError":
        return out_of_memory
    if error_type.__module__.partition(".")[0] in OWN_PACKAGES:
        return str(error)
    return f"Unexpected {error_type.__name__}: {error}. The log of the {worker} worker has the details."


@dataclass(frozen=True)
class TimedClaim:
    """How the rows of a model are claimed for work of seconds, by the time of the claim and no heartbeat.

    `state` and `claimed_at` are the names of the fields, `pending` and `running` the states before and during
    the work. A claim older than `ends_after` has lost its worker.
    """

    pending: str
    running: str
    state: str = "state"
    claimed_at: str = "claimed_at"
    ends_after: timedelta = timedelta(minutes=10)

    def claim(self, rows: Manager | QuerySet, pk: int, **changes) -> QuerySet | None:
        """Claim the row `pk` of `rows` if it is pending; return a query of it that ends with the claim."""
        now = timezone.now()
        claimed = {self.state: self.running, self.claimed_at: now}
        if rows.filter(**{self.state: self.pending}, pk=pk).update(**claimed, **changes) != 1:
            return None
        return rows.model._base_manager.filter(pk=pk, **claimed)

    def stalled(self, rows: Manager | QuerySet) -> QuerySet:
        """Return the rows whose worker died during the work."""
        old = timezone.now() - self.ends_after
        return rows.filter(**{self.state: self.running, f"{self.claimed_at}__lt": old})

    def reset(self, rows: Manager | QuerySet) -> int:
        """Set `rows` back to pending; a worker that is at one of them loses its claim; return how many."""
        return rows.update(**{self.state: self.pending, self.claimed_at: None})
