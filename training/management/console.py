"""What the commands that run rounds share: a progress bar per phase, and the display of a worker's round."""

import time

from tqdm import tqdm

from annotations.models import JobState
from training.models import Phase, Round

POLL_SECONDS = 1.0


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


def watch_row(round_: Round, bar: Bar) -> Round:
    """Show a round that a worker runs until it ends; return it as it ended."""
    while True:
        round_.refresh_from_db()
        if round_.phase:
            bar(round_.phase, round_.step, round_.steps, round_.message)
        if round_.state not in (JobState.QUEUED, JobState.RUNNING):
            return round_
        time.sleep(POLL_SECONDS)
