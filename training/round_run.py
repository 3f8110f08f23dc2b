"""A round while a worker runs it: progress into its row, events into its history."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from annotations.jobs import ClaimedJob
from inference.models import ModelVersion
from training.config import RoundConfig
from training.models import Phase, Round, RoundEvent, Snapshot

WRITE_SECONDS = 1.0
EVENT_SECONDS = 3.0
CHUNK = 64  # images fetched from the database at once
Watch = Callable[[str, int, int, str], None]


def ignore(phase: str, step: int, steps: int, text: str) -> None:
    """Do nothing; the default watcher."""


def folder_of(round_: Round) -> Path:
    """Return where `round_` keeps its checkpoints."""
    return Path(settings.ROUNDS_ROOT) / str(round_.pk)


@dataclass
class RoundRun:
    """A round while a worker runs it: its row, the claimed job and who watches."""

    round: Round
    job: ClaimedJob
    watch: Watch = ignore
    written: float = field(default=0.0)
    evented: float = field(default=0.0)
    _scalars: Any = field(default=None, repr=False)

    @property
    def config(self) -> RoundConfig:
        """Return the round's settings."""
        return RoundConfig.from_dict(self.round.config)

    @property
    def folder(self) -> Path:
        """Return where the round keeps its checkpoints."""
        return folder_of(self.round)

    @property
    def snapshot(self) -> Snapshot:
        """Return what the round has frozen; every phase but the first one has it."""
        assert self.round.snapshot is not None
        return self.round.snapshot

    @property
    def detector(self) -> ModelVersion:
        """Return the detector that the round has trained or was told to take; known after that phase."""
        assert self.round.detector is not None
        return self.round.detector

    def note(self, event: str, **data) -> None:
        """Append an event, such as "warning", to the round's history."""
        RoundEvent.objects.create(round=self.round, kind=event, data=data)

    def warn_once(self, text: str) -> None:
        """Append the warning `text` unless the history holds it already, from before a restart."""
        if not self.round.events.filter(kind="warning", data__text=text).exists():
            self.note("warning", text=text)

    def plot(self, step: int, values: Mapping[str, float | None]) -> None:
        """Write `values` at `step` into the round's TensorBoard event files; loads TensorFlow."""
        if self._scalars is None:
            from training.tensorboard import FOLDER, Scalars

            self._scalars = Scalars(self.folder / FOLDER)
        self._scalars.write(step, values)

    def enter(self, phase: Phase) -> None:
        """Begin `phase`: write it to the row and to the history."""
        self.round.phase = phase
        self.job.write(
            phase=phase, step=0, steps=0, images_per_second=None, seconds_left=None, message=phase.label
        )
        self.note("phase", phase=phase)
        self.watch(phase, 0, 0, phase.label)

    def progress(
        self, step: int, steps: int, *, message: str = "", rate=None, left=None, losses=None
    ) -> None:
        """Write where the phase stands, about once a second; raises Cancelled, LostClaim."""
        now = time.monotonic()
        if now - self.written < WRITE_SECONDS and step < steps:
            return
        self.written = now
        message = message or Phase(self.round.phase).label
        self.job.write(
            step=min(step, steps) if steps else 0,
            steps=steps,
            images_per_second=rate,
            seconds_left=left,
            message=message[:300],
        )
        if losses is not None and (now - self.evented >= EVENT_SECONDS or step >= steps):
            self.evented = now
            data = {"phase": self.round.phase, "step": step, "steps": steps, "losses": losses}
            self.note("progress", **data, images_per_second=rate)
        text = message
        if losses:
            text += "  " + "  ".join(f"{name} {value:.3f}" for name, value in losses.items())
        self.watch(self.round.phase, step, steps, text)
