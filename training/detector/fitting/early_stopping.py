"""Measure held-out images during a training, and end it when it no longer improves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from inference.detector.saved_detectors import Detection
from training.detector.assignment import IGNORED
from training.detector.config import DetectorConfig
from training.detector.data.augmentation import Picture, letterbox
from training.detector.data.batches import PictureCache
from training.detector.data.samples import Sample
from training.detector.data.tile_sampling import Views
from training.detector.fitting.learner import Learner
from training.detector.network import decode
from training.detector.nms import suppress
from training.evaluation.coco_metrics import evaluate

EVALUATIONS = 12  # in one schedule
FIRST_EVALUATION = 3  # before it every model is poor
MOST_VIEWS = 200
LEAST_BOXES = 20  # held out; fewer say nothing about a training
BATCH = 20
LEAST_SCORE = 0.05
POOR = 0.01  # mAP; a model that finds nothing yet has not begun to get worse


@dataclass(frozen=True)
class Best:
    """The best evaluation so far: its mAP, its share of the schedule, and how many evaluations were made."""

    evaluations: int = 0
    value: float = -1.0
    share: float = 0.0

    def to_facts(self) -> dict:
        """Return what a checkpoint keeps; `looks` is the count's name in all checkpoints."""
        return {"looks": self.evaluations, "value": self.value, "share": self.share}

    @classmethod
    def from_facts(cls, facts: dict) -> Best:
        """Read what `to_facts` returned; an empty object is the state before the first evaluation."""
        return cls(facts.get("looks", 0), facts.get("value", -1.0), facts.get("share", 0.0))

    def update(self, value: float, share: float) -> tuple[Best, bool]:
        """Return the best after one more evaluation, and whether it is this one."""
        better = value > self.value
        if better:
            return Best(self.evaluations + 1, value, share), True
        return Best(self.evaluations + 1, self.value, self.share), False

    def due(self, share: float) -> bool:
        """Return whether the next evaluation is due at `share` of the schedule."""
        return share < 1.0 and share * EVALUATIONS >= self.evaluations + FIRST_EVALUATION

    def is_exhausted(self, share: float, patience: float) -> bool:
        """Return whether nothing has improved for longer than `patience`, a share of the schedule."""
        return patience > 0 and self.value > POOR and share - self.share > patience


class HeldOutEvaluator:
    """Measures the averaged weights of a learner on held-out images, which it keeps in memory."""

    def __init__(self, cache: PictureCache, views: Views, config: DetectorConfig) -> None:
        chosen = np.linspace(0, len(views.samples) - 1, min(MOST_VIEWS, len(views.samples)))
        self._config = config
        self._pictures = [
            letterbox(cache.show(views, int(number)), config.input_size)
            for number in np.unique(chosen.astype(int))
        ]
        self._truths = [_as_truth(picture) for picture in self._pictures]

    def measure(self, learner: Learner) -> float:
        """Return the mAP of the averaged weights; 0 where no held-out picture has a box."""
        names = [str(number) for number in range(learner.classes)]
        found = []
        with learner.averaged():
            for start in range(0, len(self._pictures), BATCH):
                pixels = [picture.pixels for picture in self._pictures[start : start + BATCH]]
                # Always as many, so that the graph is traced once.
                padded = pixels + [pixels[-1]] * (BATCH - len(pixels))
                found += self._find(learner, np.stack(padded), names)[: len(pixels)]
        return evaluate(found, self._truths, names).map or 0.0

    def _find(self, learner: Learner, pixels: np.ndarray, names: Sequence[str]) -> list[list[Detection]]:
        logits, distances = learner.predict(tf.constant(pixels))
        boxes = decode(distances, learner.points, learner.strides)
        found = suppress(
            tf.sigmoid(logits),
            boxes,
            most=self._config.max_detections,
            iou=self._config.nms_iou,
            vote=self._config.vote_iou,
            least=LEAST_SCORE,
        )
        rows = zip(*(part.numpy() for part in found), strict=True)
        return [
            [
                Detection(names[int(number)], xmin, ymin, xmax, ymax, float(score))
                for (xmin, ymin, xmax, ymax), score, number in zip(
                    boxes[:n].tolist(), scores[:n], numbers[:n], strict=True
                )
            ]
            for boxes, scores, numbers, n in rows
        ]


def _as_truth(picture: Picture) -> Sample:
    ignored = picture.classes == IGNORED
    return Sample("held out", picture.boxes, np.where(ignored, 0, picture.classes), ignored)
