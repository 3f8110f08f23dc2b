"""What the commands that run rounds share: the project of an argument, a progress bar, closing tables."""

import time
from collections.abc import Sequence

from django.core.management.base import CommandError
from tqdm import tqdm

from annotations.models import Project
from inference.models import JobState
from training.models import Phase, Round

POLL_SECONDS = 1.0


def find_project(slug: str) -> Project:
    """Return the project SLUG; raises CommandError listing the known ones."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)[:10]) or "none yet"
        raise CommandError(f"There is no project {slug!r}; there are: {known}.")
    return project


class Bar:
    """A progress bar per phase; call it as a round's `watch`."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._phase = ""

    def __call__(self, phase: str, step: int, steps: int, text: str) -> None:
        if phase != self._phase or self._bar is None:
            self.close()
            self._phase = phase
            self._bar = tqdm(total=steps or None, desc=Phase(phase).label, unit="", dynamic_ncols=True)
        self._bar.total = steps or None
        self._bar.n = step
        self._bar.set_postfix_str(text if text != Phase(phase).label else "", refresh=False)
        self._bar.refresh()

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def watch_row(round: Round, bar: Bar) -> Round:
    """Show a round that a worker runs until it ends; return it as it ended."""
    while True:
        round.refresh_from_db()
        if round.phase:
            bar(round.phase, round.step, round.steps, round.message)
        if round.state not in (JobState.QUEUED, JobState.RUNNING):
            return round
        time.sleep(POLL_SECONDS)


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return HEADER and ROWS as aligned text; numbers stand right, None is a dash."""

    def show(value: object) -> str:
        if value is None:
            return "–"
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    lines = [[show(value) for value in row] for row in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    numeric = [
        all(isinstance(row[column], int | float | None) for row in rows) for column in range(len(header))
    ]
    aligned = (
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )
    return "\n".join(aligned)
