"""Speed and mean losses of training steps, between one report and the next."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import SupportsFloat

import numpy as np

from training.detector.fitting import schedule

clock = time.monotonic
REPORT_SECONDS = 1.0


class StepStatistics:
    """Speed and mean losses of the steps since the last report."""

    def __init__(self, batch_size: int) -> None:
        self.batch_size = batch_size
        self.steps = 0
        self.times: list[float] = []
        self.losses: list[Mapping[str, SupportsFloat]] = []
        self.reported = self.last = clock()

    def count(self, losses: Mapping[str, SupportsFloat]) -> None:
        """Take in the losses of the step that has just ended, and its time."""
        now = clock()
        self.steps += 1
        if self.steps > schedule.COMPILE_STEPS:
            self.times = [*self.times[-199:], now - self.last]
        self.last = now
        self.losses.append(losses)

    def skip(self) -> None:
        """Leave out of the speed the time since the last step."""
        self.last = clock()

    @property
    def due(self) -> bool:
        """Whether it is time for a report."""
        return self.last - self.reported >= REPORT_SECONDS

    @property
    def step_seconds(self) -> float | None:
        """Return the mean time of a step, None until enough are measured."""
        return float(np.mean(self.times)) if len(self.times) >= schedule.MEASURE_STEPS else None

    def take_losses(self) -> dict[str, float]:
        """Return the mean of each part of the loss since the last call, and begin anew."""
        names = self.losses[0].keys()
        means = {name: float(np.mean([float(losses[name]) for losses in self.losses])) for name in names}
        self.losses, self.reported = [], clock()
        return means
