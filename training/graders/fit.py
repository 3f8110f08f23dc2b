"""Train one severity grader on crops, keep its best weights, and export it.

Three hundred steps on 64 × 64 crops take about 10 seconds on two idle cores; see benchmarks/grader.py.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from inference.graders import FORMAT
from training.graders import augmentation, metrics, network
from training.graders.config import GraderConfig
from training.graders.learner import Learner


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
    """A trained grader with its metrics on the crops that chose its weights (`chosen_on`)."""

    model: keras.Model
    config: GraderConfig
    levels: int
    metrics: dict
    chosen_on: str
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
) -> TrainedGrader:
    """Train on uint8 CROPS `[N, S, S]` with GRADES `[N]` from 1 to LEVELS; keep the best weights.

    Best is the least loss on VALIDATION (crops and grades of the calibration split), without it on the
    training crops. FOLDER keeps the best weights meanwhile. REPORT is called every few steps and stops the
    training by raising. Raises TooFewGrades (NAME is the defect type in its sentence) and Diverged.
    """
    crops, grades = np.asarray(crops, np.uint8), np.asarray(grades, np.int32)
    require_enough(grades, levels=levels, config=config, name=name)
    held_out = validation is not None and len(validation[1]) > 0
    judged = validation if held_out else (crops, grades)
    learner = Learner(config, levels=levels, grade_weights=class_weights(grades, levels))
    folder.mkdir(parents=True, exist_ok=True)
    best_path, best_loss, stale, history = folder / "best.weights.h5", np.inf, 0, []
    started = time.monotonic()
    for step, batch in enumerate(_batches(crops, grades, config), start=1):
        loss = learner.learn(*batch, step=step)
        if not np.isfinite(loss):
            raise Diverged(f"The grader of {name} diverged at step {step}: its loss is {loss}.")
        seconds = time.monotonic() - started
        if step % 10 == 0 or step == config.steps:
            left = seconds / step * (config.steps - step)
            losses = {"train": loss, "calibration": best_loss} if history else {"train": loss}
            report(Progress(step, config.steps, losses, step * config.batch / seconds, left))
        if step % config.evaluate_every == 0 or step == config.steps:
            learner.settle()
            judged_loss = learner.judge(*judged)
            history.append({"step": step, "train": loss, "calibration": judged_loss})
            stale = 0 if judged_loss < best_loss else stale + 1
            if judged_loss < best_loss:
                best_loss = judged_loss
                learner.averaged.save_weights(best_path)
            if stale > config.patience:
                break
    learner.averaged.load_weights(best_path)
    result = metrics.measure(judged[1], learner.grade(judged[0]))
    return TrainedGrader(
        learner.averaged, config, levels, result, "calibration" if held_out else "train", history
    )


def require_enough(grades: np.ndarray, *, levels: int, config: GraderConfig, name: str) -> None:
    """Raise TooFewGrades, saying how many are needed, unless GRADES can teach something."""
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
    """Return a weight per grade `[levels]`: the root of its rarity, with a mean of 1 over GRADES."""
    counts = np.bincount(grades, minlength=levels + 1)[1:]
    weights = np.sqrt(counts.max() / np.maximum(counts, 1))
    return (weights / np.average(weights, weights=counts)).astype(np.float32)


def export(trained: TrainedGrader, folder: Path, *, defect_type: str, policy: str) -> Path:
    """Write weights, model.json and saved_model/ beside FOLDER and rename: FOLDER is whole or absent."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        trained.model.save_weights(draft / "weights.weights.h5")
        about = {
            "format": FORMAT,
            "kind": "grader",
            "config": trained.config.to_json(),
            "defect_type": defect_type,
            "levels": trained.levels,
            "size": trained.config.size,
            "policy": policy,
            "metrics": trained.metrics,
            "chosen_on": trained.chosen_on,
        }
        (draft / "model.json").write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")
        serving = _Serving(trained.model, trained.config.size)
        tf.saved_model.save(serving, str(draft / "saved_model"), {"serving_default": serving.grade})
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


class _Serving(tf.Module):
    """What is exported: uint8 crops `[N, S, S]` in, grade probabilities `[N, K]` out."""

    def __init__(self, model: keras.Model, size: int) -> None:
        super().__init__()
        self.model = model
        spec = tf.TensorSpec([None, size, size], tf.uint8, name="crops")
        self.grade = tf.function(self._grade, input_signature=[spec])

    def _grade(self, crops: tf.Tensor) -> dict[str, tf.Tensor]:
        pixels = tf.cast(crops, tf.float32)[..., None]
        return {"probabilities": network.probabilities(self.model(pixels, training=False))}


def _batches(crops: np.ndarray, grades: np.ndarray, config: GraderConfig):
    """Yield `steps` batches, each crop once before any comes again, shaken anew every time."""
    rng = np.random.default_rng(config.seed)
    size = min(config.batch, len(crops))
    order = np.zeros(0, int)
    for _ in range(config.steps):
        while len(order) < size:
            order = np.concatenate([order, rng.permutation(len(crops))])
        chosen, order = order[:size], order[size:]
        yield augmentation.shake(crops[chosen], config, rng), grades[chosen]
