"""Train one severity grader on crops, keep its best weights, and export it.

Three hundred steps on 64 × 64 crops take about 10 seconds on two idle cores; see benchmarks/grader.py.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from annotations.atomic_files import atomic_write
from inference import model_folders
from inference.graders.crops import STRIPS
from inference.graders.saved_graders import likely_grades
from training.graders import augmentation, losses, metrics
from training.graders.config import GraderConfig
from training.graders.learner import Learner, Schedule


class TooFewGrades(ValueError):
    """There are not enough graded crops to learn from; the sentence says how many are needed."""


class Diverged(ValueError):
    """The loss is no longer a finite number."""


@dataclass(frozen=True)
class Progress:
    """How far a training is: optimizer steps, the latest losses, speed, and seconds left if known."""

    step: int
    steps: int
    losses: dict[str, float]
    images_per_second: float
    seconds_left: float | None


@dataclass(frozen=True)
class TrainedGrader:
    """A trained grader with its metrics on the crops that chose its weights (`chosen_on`).

    `temperature` divides its logits; `uncalibrated` are the metrics as they would be without that.
    """

    model: keras.Model
    config: GraderConfig
    policy: str
    levels: int
    metrics: dict
    chosen_on: str
    temperature: float = 1.0
    uncalibrated: dict = field(default_factory=dict)
    history: list[dict] = field(default_factory=list)


def train(
    crops: np.ndarray,
    grades: np.ndarray,
    *,
    levels: int,
    config: GraderConfig,
    folder: Path,
    report: Callable[[Progress], None],
    validation: tuple[np.ndarray, np.ndarray] | None = None,
    name: str = "this type",
    policy: str = "square",
) -> TrainedGrader:
    """Train on uint8 `crops` `[N, H, W]`, cut by `policy`, with `grades` `[N]`, 1 to `levels`; keep the best.

    Best is what `config.keep` says on `validation` (crops and grades of the calibration split), without it on
    the training crops. `folder` keeps the best weights meanwhile, and all of them where `config.keep` is all.
    `report` is called every few steps and stops the training by raising. Raises TooFewGrades (`name` is the
    defect type in its sentence) and Diverged.
    """
    crops, grades = np.asarray(crops, np.uint8), np.asarray(grades, np.int32)
    require_enough(grades, levels=levels, config=config, name=name)
    held_out = validation is not None and len(validation[1]) > 0
    measured = validation if validation is not None and held_out else (crops, grades)
    learner = Learner(config, levels=levels, grade_weights=class_weights(grades, levels), policy=policy)
    best = _BestWeights(learner, folder=folder, held_out=measured)
    schedule = Schedule(config)
    started = time.monotonic()
    for step, batch in enumerate(_batches(crops, grades, config, rotate=policy not in STRIPS), start=1):
        loss = learner.learn(*batch, step=step, rate=schedule.rate(step))
        if not np.isfinite(loss):
            raise Diverged(f"The grader of {name} diverged at step {step}: its {config.loss} loss is {loss}.")
        seconds = time.monotonic() - started
        if step % 10 == 0 or step == config.steps:
            left = seconds / step * (config.steps - step)
            known = {"calibration": best.least_loss} if best.history else {}
            report(
                Progress(step, config.steps, {"train": loss, **known}, step * config.batch / seconds, left)
            )
        if step % config.evaluate_every == 0 or step == config.steps:
            schedule.count_evaluation(better=best.evaluate(step, loss))
            if best.stale > config.patience:
                break
    return best.result(levels=levels, policy=policy, chosen_on="calibration" if held_out else "train")


class _BestWeights:
    """Measures the held-out crops during the training, and keeps the weights that `config.keep` asks for."""

    def __init__(self, learner: Learner, *, folder: Path, held_out: tuple[np.ndarray, np.ndarray]) -> None:
        self.learner, self.folder, self.held_out = learner, folder, held_out
        self.history: list[dict] = []
        self.least_loss, self.best, self.stale = np.inf, (-np.inf, -np.inf), 0
        folder.mkdir(parents=True, exist_ok=True)
        self.best_path = folder / "best.weights.h5"

    def evaluate(self, step: int, train_loss: float) -> bool:
        """Measure the averaged weights; return whether they are the best so far."""
        keep, (crops, grades) = self.learner.config.keep, self.held_out
        self.learner.settle()
        logits = self.learner.logits(crops)
        loss = self.learner.mean_loss(logits, grades)
        accuracy = float((likely_grades(self.learner.probabilities(logits)) == np.asarray(grades)).mean())
        self.history.append({"step": step, "train": train_loss, "calibration": loss, "accuracy": accuracy})
        # Of equal accuracy, the less loss.
        rank = (accuracy, -loss) if keep == "accuracy" else (-loss, accuracy)
        better = rank > self.best
        self.stale = 0 if better else self.stale + 1
        self.least_loss = min(self.least_loss, loss)
        if better:
            self.best = rank
            self.learner.averaged.save_weights(self.best_path)
        if keep == "all":
            self.learner.averaged.save_weights(self.folder / f"step-{step:06d}.weights.h5")
        return better

    def result(self, *, levels: int, policy: str, chosen_on: str) -> TrainedGrader:
        """Return the best weights with their temperature and metrics."""
        learner, (crops, grades) = self.learner, self.held_out
        learner.averaged.load_weights(self.best_path)
        logits = learner.logits(crops)
        temperature = 1.0
        if learner.config.calibrate and chosen_on == "calibration":
            temperature = metrics.choose_temperature(
                grades, lambda tried: learner.probabilities(logits, temperature=tried)
            )
        return TrainedGrader(
            learner.averaged,
            learner.config,
            policy,
            levels,
            metrics=metrics.measure(grades, learner.probabilities(logits, temperature=temperature)),
            chosen_on=chosen_on,
            temperature=temperature,
            uncalibrated=metrics.measure(grades, learner.probabilities(logits)),
            history=self.history,
        )


def require_enough(grades: np.ndarray, *, levels: int, config: GraderConfig, name: str) -> None:
    """Raise TooFewGrades, saying how many are needed, unless `grades` can teach something."""
    if levels < 2:
        raise TooFewGrades(f"{name} has {levels} grades; a grader needs at least two to tell apart.")
    if len(grades) and not (grades.min() >= 1 and grades.max() <= levels):
        raise ValueError(f"{name} has a grade outside of 1 to {levels}.")
    counts = np.bincount(grades, minlength=levels + 1)[1:]
    seen = int((counts >= config.least_per_grade).sum())
    if len(grades) < config.least_crops or seen < 2:
        raise TooFewGrades(
            f"The grader of {name} needs at least {config.least_crops} graded boxes in the train split, with "
            f"{config.least_per_grade} or more of two different grades; there are {len(grades)}, "
            f"of {int((counts > 0).sum())} grades."
        )


def class_weights(grades: np.ndarray, levels: int) -> np.ndarray:
    """Return a weight per grade `[levels]`: the root of its rarity, with a mean of 1 over `grades`."""
    counts = np.bincount(grades, minlength=levels + 1)[1:]
    weights = np.sqrt(counts.max() / np.maximum(counts, 1))
    return (weights / np.average(weights, weights=counts)).astype(np.float32)


def export(trained: TrainedGrader, folder: Path, *, defect_type: str) -> Path:
    """Write weights, model.json and saved_model/ into the new `folder`, which is whole or absent."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(folder) as draft:
        draft.mkdir()
        trained.model.save_weights(draft / "weights.weights.h5")
        about = {
            "format": model_folders.FORMAT,
            "kind": model_folders.GRADER,
            "config": trained.config.to_json(),
            "defect_type": defect_type,
            "levels": trained.levels,
            "shape": list(trained.config.shape_for(trained.policy)),
            "policy": trained.policy,
            "network": trained.config.network_for(trained.policy),
            "parameters": trained.model.count_params(),
            "temperature": trained.temperature,
            "metrics": trained.metrics,
            "uncalibrated": trained.uncalibrated,
            "history": trained.history,
            "chosen_on": trained.chosen_on,
        }
        (draft / model_folders.FILE).write_text(model_folders.dump(about), encoding="utf-8")
        serving = _Serving(trained)
        tf.saved_model.save(serving, str(draft / "saved_model"), {"serving_default": serving.grade})
    return folder


class _Serving(tf.Module):
    """What is exported: uint8 crops `[N, H, W]` in, calibrated grade probabilities `[N, K]` out."""

    def __init__(self, trained: TrainedGrader) -> None:
        super().__init__()
        self.model, self.loss = trained.model, trained.config.loss
        self.temperature = trained.temperature
        spec = tf.TensorSpec([None, *trained.config.shape_for(trained.policy)], tf.uint8, name="crops")
        self.grade = tf.function(self._grade, input_signature=[spec])

    def _grade(self, crops: tf.Tensor) -> dict[str, tf.Tensor]:
        logits = self.model(tf.cast(crops, tf.float32)[..., None], training=False)
        return {"probabilities": losses.probabilities(logits, self.loss, temperature=self.temperature)}


def _batches(crops: np.ndarray, grades: np.ndarray, config: GraderConfig, *, rotate: bool):
    """Yield `steps` batches, each crop once before any comes again, jittered anew every time."""
    rng = np.random.default_rng(config.seed)
    size = min(config.batch, len(crops))
    order = np.zeros(0, int)
    for _ in range(config.steps):
        while len(order) < size:
            order = np.concatenate([order, rng.permutation(len(crops))])
        chosen, order = order[:size], order[size:]
        yield augmentation.jitter(crops[chosen], config, rng, rotate=rotate), grades[chosen]
