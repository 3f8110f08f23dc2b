"""Long work as rows: a worker claims a row, keeps its heartbeat fresh, and stops when it is told or replaced.

Works on any model with the fields state, claim, heartbeat_at, started_at, finished_at, cancel_requested and
error (rounds and inspections). Each write compares the claim, so that a worker that was taken for dead and
replaced changes nothing any more.
"""

import logging
import threading
import uuid
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from annotations.models import JobState

logger = logging.getLogger(__name__)

BEAT_SECONDS = 4
STALE_SECONDS = 30


class Cancelled(Exception):
    """A person asked to stop."""


class Interrupted(Exception):
    """The worker is told to end; the row goes back to the queue and another worker goes on."""


class LostClaim(Exception):
    """Another worker holds the row now; this one must stop without a trace."""


# Set when this process is told to end, so that long work stops at its next write instead of being killed.
ending = threading.Event()


def due(jobs):
    """Return the rows of JOBS that wait for a worker, or whose worker has fallen silent."""
    silent = timezone.now() - timedelta(seconds=STALE_SECONDS)
    return jobs.filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=silent))


def claim(jobs, pk: int, **changes) -> str | None:
    """Claim the row PK of JOBS, writing CHANGES along; return the claim, or None when it is not due."""
    name = uuid.uuid4().hex
    now = timezone.now()
    changes |= {"state": JobState.RUNNING, "claim": name, "heartbeat_at": now, "error": ""}
    if due(jobs).filter(pk=pk).update(**changes) != 1:
        return None
    jobs.filter(pk=pk, started_at__isnull=True).update(started_at=now)
    return name


class ClaimedJob:
    """A claimed row while it is worked on: `with ClaimedJob(rows, pk, claim) as job: job.write(step=3)`."""

    def __init__(self, jobs, pk: int, claim: str) -> None:
        self._mine = jobs.filter(pk=pk, claim=claim, state=JobState.RUNNING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of {claim}", daemon=True)

    def __enter__(self) -> "ClaimedJob":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stop.set()
        self._thread.join()

    def write(self, **changes) -> None:
        """Write CHANGES and a fresh heartbeat; raises LostClaim, Cancelled or Interrupted when to stop."""
        if self._mine.update(heartbeat_at=timezone.now(), **changes) != 1:
            raise LostClaim
        if self._mine.values_list("cancel_requested", flat=True).first():
            raise Cancelled
        if ending.is_set():
            raise Interrupted

    def check(self) -> None:
        """Raise Cancelled or LostClaim if the work must stop."""
        self.write()

    def finish(self, state: JobState, **changes) -> bool:
        """End the row in STATE; return whether the claim still held."""
        return self._mine.update(state=state, finished_at=timezone.now(), **changes) == 1

    def give_back(self, **changes) -> None:
        """Put the row back into the queue, for another worker to go on at once; CHANGES are written along."""
        self._mine.update(state=JobState.QUEUED, claim="", **changes)

    def _beat(self) -> None:
        # A phase may be silent for longer than the row may be: loading TensorFlow, writing a model.
        try:
            while not self._stop.wait(BEAT_SECONDS):
                try:
                    self._mine.update(heartbeat_at=timezone.now())
                except DatabaseError as error:
                    logger.warning("a heartbeat could not be written and is tried again: %s", error)
        finally:
            connection.close()
