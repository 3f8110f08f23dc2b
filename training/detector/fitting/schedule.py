"""How long a training lasts and how its learning rate falls: a budget of minutes chooses the epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from training.detector.config import DetectorConfig

MEASURE_STEPS = 24  # steps timed before a budget is turned into epochs
COMPILE_STEPS = 4  # steps that are not timed, since they include tracing
RESERVE = 0.03  # share of the budget kept for checkpoints and hiccups
DRIFT = 0.05  # how wrong the end may be before the rest is fitted again


@dataclass(frozen=True)
class Schedule:
    """The plan of a training. steps is None until a budget has been measured; progress runs from 0 to 1."""

    steps: int | None
    epoch_steps: int
    step: int = 0
    progress: float = 0.0

    @property
    def planned(self) -> bool:
        """Say whether the number of steps is known."""
        return self.steps is not None

    @property
    def done(self) -> bool:
        """Say whether the last step was made."""
        return self.steps is not None and self.step >= self.steps

    @property
    def epochs(self) -> int | None:
        """Return the number of epochs, the last one perhaps cut."""
        return None if self.steps is None else math.ceil(self.steps / self.epoch_steps)

    def advance(self) -> Schedule:
        """Return the plan one step on. What is left of progress is spread evenly over the steps left."""
        if self.steps is None:
            return replace(self, step=self.step + 1)
        left = max(1, self.steps - self.step)
        return replace(self, step=self.step + 1, progress=self.progress + (1.0 - self.progress) / left)

    def fit_budget(self, seconds_left: float, step_seconds: float, *, config: DetectorConfig) -> Schedule:
        """Choose the steps so that the rest fits into seconds_left; at least one more, at most max_epochs."""
        affordable = self.step + max(1, int(seconds_left / step_seconds))
        most = max(config.max_epochs * self.epoch_steps, config.max_steps_of_few)
        steps = max(self.step + 1, min(affordable, most))
        if self.steps is None:
            return replace(self, steps=steps, progress=self.step / steps)
        return replace(self, steps=steps)

    def drifted(self, seconds_left: float, step_seconds: float) -> bool:
        """Say whether the end, at this speed, misses the budget by more than DRIFT of what is left."""
        if self.steps is None or self.progress > 0.9:
            return False
        return abs((self.steps - self.step) * step_seconds - seconds_left) > DRIFT * abs(seconds_left)

    def learning_rate(self, config: DetectorConfig) -> float:
        """Return the rate of the coming step: linear warm-up, then a cosine (Loshchilov and Hutter, 2017)."""
        warmup = config.warmup_steps if self.steps is None else min(config.warmup_steps, self.steps // 5)
        rise = min(1.0, (self.step + 1) / max(1, warmup))
        floor = config.final_learning_rate
        fall = floor + (1.0 - floor) * (1.0 + math.cos(math.pi * self.progress)) / 2
        return config.learning_rate * rise * fall


def plan(epoch_steps: int, *, config: DetectorConfig, budget_minutes: float | None) -> Schedule:
    """Return the plan at the start: config.epochs, or with a budget not yet known."""
    return Schedule(None if budget_minutes is not None else config.epochs * epoch_steps, epoch_steps)
