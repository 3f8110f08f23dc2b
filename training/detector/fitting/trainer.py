"""Training the detector, measured by `benchmarks/detector.py`; read from top to bottom.

`train` resumes from its folder's checkpoint by itself; the same call starts, goes on and, once done, returns
at once.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np

from inference.detector.tiling import Tiling
from training.detector.config import DetectorConfig
from training.detector.data.batches import EpochSampler, PictureCache, make_batch, prefetch
from training.detector.data.samples import Sample
from training.detector.data.tile_sampling import choose_views, lay_out, measure_sizes
from training.detector.data.training_set import NothingToLearn, check, find_shortfalls, identify
from training.detector.fitting import checkpoint, schedule
from training.detector.fitting.early_stopping import LEAST_BOXES, Best, HeldOutEvaluator
from training.detector.fitting.learner import Learner
from training.detector.fitting.step_statistics import StepStatistics

__all__ = [
    "Cancelled",
    "LossNotFinite",
    "NothingToLearn",
    "Progress",
    "TrainedDetector",
    "find_shortfalls",
    "train",
]

clock = time.monotonic
CHECKPOINT_SECONDS = 20.0
KEPT_SHARES = (0.25, 0.5, 0.75)  # of the schedule, after which the averaged weights are kept for comparison
EPOCH_CHECKPOINT_SECONDS = 2.0  # epochs shorter than this are not worth a file each


class LossNotFinite(ArithmeticError):
    """A loss that became infinite or not a number; the text holds its parts."""


class Cancelled(Exception):
    """What a report callback may raise to stop a training; the checkpoint stays."""


@dataclass(frozen=True)
class Progress:
    """Where a training is.

    losses: mean since the last report, total and its parts. steps and epochs are 0 until a budget
    is measured. held_out_map: the mAP on held-out images, where they were measured since the last report.
    """

    step: int
    steps: int
    epoch: int
    epochs: int
    losses: dict[str, float]
    images_per_second: float
    seconds_spent: float
    seconds_left: float | None
    learning_rate: float
    held_out_map: float | None = None


@dataclass(frozen=True)
class TrainedDetector:
    """A finished training. model holds the averaged weights in float32; export(folder, ...) makes it run."""

    folder: Path
    config: DetectorConfig
    class_names: tuple[str, ...]
    model: keras.Model
    steps: int
    epochs: int
    seconds: float
    losses: dict[str, float]
    stopped_early: bool = False
    tiling: Tiling | None = None


def train(
    samples: Sequence[Sample],
    *,
    class_names: Sequence[str],
    config: DetectorConfig,
    folder: Path,
    report: Callable[[Progress], None],
    load: Callable[[str], np.ndarray] | None = None,
    budget_minutes: float | None = None,
    held_out: Sequence[Sample] = (),
) -> TrainedDetector:
    """Train a detector, or go on where the folder's checkpoint stopped.

    load turns a path into uint8 [H, W] or [H, W, 3], already through the gray window; samples that bring
    their pixels do without. report is called about once a second and may raise to stop; the checkpoint is
    written before, and what was raised passes through.
    budget_minutes is fitted by the number of epochs; without it config.epochs counts.
    held_out images are measured a dozen times during the training; when their mAP has not become better for
    config.patience of the schedule, training ends with the weights that were best. With epochs instead of
    minutes the same seed, samples and settings give the same weights on one machine, also after a resume.

    Raises NothingToLearn, BadSample, MissingImage, LossNotFinite, BrokenCheckpoint, BadBackbone.
    """
    samples = list(samples)
    check(samples, class_names)
    folder = Path(folder)
    views = choose_views(samples, load, config)
    order = EpochSampler(views, config)
    learner = Learner(config, classes=len(class_names))
    identity = identify(samples, class_names, config)
    run = _Run(folder / "checkpoint", identity, learner, config, list(class_names), budget_minutes)
    run.tiling = views.tiling
    run.resume(schedule.plan(order.steps, config=config, budget_minutes=budget_minutes))
    if not run.schedule.done:
        if held_out and config.patience:
            run.evaluator = _build_evaluator(list(held_out), load, config, views.tiling)
        run.fit(PictureCache(samples, load, config, views.tiling), order, report)
    return TrainedDetector(
        folder=folder,
        config=config,
        class_names=tuple(class_names),
        model=learner.averaged_model(),
        steps=run.schedule.step,
        epochs=run.schedule.epochs or 0,
        seconds=run.seconds,
        losses=run.losses,
        stopped_early=run.stopped_early,
        tiling=views.tiling,
    )


def _build_evaluator(held_out: list[Sample], load, config: DetectorConfig, tiling) -> HeldOutEvaluator | None:
    """Return an evaluator of held-out images, as tiles where training is tiled; None for too few boxes."""
    if sum(sample.learnable for sample in held_out) < LEAST_BOXES:
        return None
    sizes = None if tiling is None else measure_sizes(held_out, load)
    views = lay_out(held_out, sizes, tiling, config=replace(config, repeat_below=0.0))
    return HeldOutEvaluator(PictureCache(held_out, load, config, tiling), views, config)


class _Run:
    """The moving parts of one training: schedule, clock and checkpoint around a Learner."""

    def __init__(self, folder, identity, learner, config, class_names, budget_minutes) -> None:
        self.folder, self.identity, self.learner = folder, identity, learner
        self.config, self.class_names = config, class_names
        self.budget = None if budget_minutes is None else budget_minutes * 60
        self.losses: dict[str, float] = {}
        self.seconds_before = 0.0
        self.kept = 0
        self.tiling: Tiling | None = None
        self.evaluator: HeldOutEvaluator | None = None
        self.best = Best()
        self.best_weights: list[np.ndarray] = []
        self.stopped_early = False
        self.held_out_map: float | None = None
        self.started = clock()
        self.saved = self.started

    @property
    def seconds(self) -> float:
        return self.seconds_before + clock() - self.started

    def resume(self, fresh: schedule.Schedule) -> None:
        """Take the checkpoint's schedule and weights if there is one, else the fresh schedule."""
        self.schedule = fresh
        state = checkpoint.restore(self.folder)
        if state is None:
            return
        if state.facts["identity"] != self.identity:
            raise checkpoint.BrokenCheckpoint(
                f"{self.folder}: the checkpoint belongs to a training with other images, boxes or settings."
            )
        self.learner.load(state.arrays)
        self.schedule = schedule.Schedule(**state.facts["schedule"])
        self.losses, self.seconds_before = state.facts["losses"], state.facts["seconds"]
        self.kept = state.facts["kept"]
        self.best = Best.from_facts(state.facts.get("best", {}))
        self.best_weights = state.arrays.get("best", [])
        self.stopped_early = state.facts.get("stopped_early", False)

    def save(self) -> None:
        facts = {
            "identity": self.identity,
            "config": self.config.to_dict(),
            "class_names": self.class_names,
            "tiling": self.tiling and self.tiling.to_dict(),
            "schedule": vars(self.schedule),
            "losses": self.losses,
            "seconds": self.seconds,
            "kept": self.kept,
            "best": self.best.to_facts(),
            "stopped_early": self.stopped_early,
        }
        arrays = {**self.learner.dump(), "best": self.best_weights}
        checkpoint.save(self.folder, checkpoint.State(facts, arrays))
        self.saved = clock()

    def fit(self, cache: PictureCache, order: EpochSampler, report: Callable[[Progress], None]) -> None:
        def make(step: int):
            # Until a budget is measured the progress is near 0, so mosaic is on.
            steps = self.schedule.steps
            share = 0.0 if steps is None else step / steps
            return make_batch(cache, order, step, mosaic=share < self.config.mosaic_until)

        with closing(prefetch(make, self.schedule.step)) as batches:
            statistics = StepStatistics(self.config.batch_size)
            for batch in batches:
                losses = self.learner.step(batch, self.schedule.learning_rate(self.config))
                self.schedule = self.schedule.advance()
                statistics.count(losses)
                self._fit_budget(statistics)
                self._evaluate_when_due(statistics)
                if statistics.due or self.schedule.done:
                    self._report(statistics, report)
                self._save_when_due()
                self._keep_when_due()
                if self.schedule.done:
                    return

    def _fit_budget(self, statistics: StepStatistics) -> None:
        if self.budget is None:
            return
        step_seconds = statistics.step_seconds
        if step_seconds is None:
            # A budget too short to be measured still ends.
            if not self.schedule.planned and self.seconds > self.budget:
                self.schedule = self.schedule.fit_budget(0.0, 1.0, config=self.config)
            return
        left = self.budget * (1 - schedule.RESERVE) - self.seconds
        at_epoch_end = self.schedule.step % self.schedule.epoch_steps == 0
        if not self.schedule.planned or (at_epoch_end and self.schedule.drifted(left, step_seconds)):
            self.schedule = self.schedule.fit_budget(left, step_seconds, config=self.config)

    def _evaluate_when_due(self, statistics: StepStatistics) -> None:
        """Measure the held-out images when it is time; end the schedule when they no longer improve."""
        if self.evaluator is None or self.schedule.steps is None:
            return
        share = self.schedule.step / self.schedule.steps
        if not self.best.due(share):
            return
        value = self.evaluator.measure(self.learner)
        self.best, better = self.best.update(value, share)
        self.held_out_map = value
        if better:
            self.best_weights = self.learner.dump()["average"]
        elif self.best.is_exhausted(share, self.config.patience):
            self.stopped_early = True
            self.learner.set_average(self.best_weights)
            self.schedule = replace(self.schedule, steps=self.schedule.step)
        statistics.skip()

    def _report(self, statistics: StepStatistics, report: Callable[[Progress], None]) -> None:
        self.losses = statistics.take_losses()
        if not all(math.isfinite(value) for value in self.losses.values()):
            parts = ", ".join(f"{name} {value}" for name, value in self.losses.items())
            raise LossNotFinite(f"The loss is not finite at step {self.schedule.step}: {parts}.")
        plan, step_seconds = self.schedule, statistics.step_seconds
        left = None
        if plan.steps is not None and step_seconds:
            left = (plan.steps - plan.step) * step_seconds
        progress = Progress(
            step=plan.step,
            steps=plan.steps or 0,
            epoch=(plan.step - 1) // plan.epoch_steps + 1,
            epochs=plan.epochs or 0,
            losses=self.losses,
            images_per_second=self.config.batch_size / step_seconds if step_seconds else 0.0,
            seconds_spent=self.seconds,
            seconds_left=left,
            learning_rate=plan.learning_rate(self.config),
            held_out_map=self.held_out_map,
        )
        self.held_out_map = None
        try:
            report(progress)
        except BaseException:
            self.save()
            raise

    def _save_when_due(self) -> None:
        waited = clock() - self.saved
        at_epoch_end = self.schedule.step % self.schedule.epoch_steps == 0
        due = waited > CHECKPOINT_SECONDS or (at_epoch_end and waited > EPOCH_CHECKPOINT_SECONDS)
        if due or self.schedule.done:
            self.save()

    def _keep_when_due(self) -> None:
        plan = self.schedule
        # A budget that is fitted anew moves the marks; each is kept once, when it is first passed.
        steps = math.inf if plan.steps is None else plan.steps
        passed = sum(plan.step >= steps * share for share in KEPT_SHARES)
        if passed > self.kept:
            self.kept = passed
            facts = {"config": self.config.to_dict(), "class_names": self.class_names, "step": plan.step}
            facts["tiling"] = self.tiling and self.tiling.to_dict()
            folder = self.folder.parent / checkpoint.KEPT / f"step-{plan.step:06d}"
            checkpoint.save(folder, checkpoint.State(facts, {"average": self.learner.dump()["average"]}))
