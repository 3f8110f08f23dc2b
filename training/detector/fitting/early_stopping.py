"""Looking at held-out images during a training, to stop when it no longer improves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from inference.detector.saved_detectors import Detection
from training.detector.assignment import IGNORED
from training.detector.config import DetectorConfig
from training.detector.data.augmentation import Picture, place_unmoved
from training.detector.data.batches import PictureCache
from training.detector.data.samples import Sample
from training.detector.data.tile_sampling import Views
from training.detector.fitting.learner import Learner
from training.detector.network import decode
from training.detector.nms import suppress
from training.evaluation.coco_metrics import evaluate

LOOKS = 12  # in one schedule
FIRST_LOOK = 3  # before it every model is poor
MOST_VIEWS = 200
LEAST_BOXES = 20  # held out; fewer say nothing about a training
BATCH = 20
LEAST_SCORE = 0.05
POOR = 0.01  # mAP; a model that finds nothing yet has not begun to get worse


@dataclass(frozen=True)
class Best:
    """The best look so far: how many looks were made, its mAP, and at which share of the schedule."""

    looks: int = 0
    value: float = -1.0
    share: float = 0.0

    def see(self, value: float, share: float) -> tuple[Best, bool]:
        """Return what is best after one more look, and whether it is this one."""
        better = value > self.value
        if better:
            return Best(self.looks + 1, value, share), True
        return Best(self.looks + 1, self.value, self.share), False

    def due(self, share: float) -> bool:
        """Say whether it is time for the next look."""
        return share < 1.0 and share * LOOKS >= self.looks + FIRST_LOOK

    def hopeless(self, share: float, patience: float) -> bool:
        """Say whether nothing has become better for longer than patience, a share of the schedule."""
        return patience > 0 and self.value > POOR and share - self.share > patience


class Judge:
    """Held-out pictures in memory, and the mAP of a learner's averaged weights on them."""

    def __init__(self, cache: PictureCache, views: Views, config: DetectorConfig) -> None:
        chosen = np.linspace(0, len(views.samples) - 1, min(MOST_VIEWS, len(views.samples)))
        self._config = config
        self._pictures = [
            place_unmoved(cache.show(views, int(number)), config.input_size)
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
        logits, distances = learner.look(tf.constant(pixels))
        boxes = decode(distances, learner.points, learner.strides)
        found = suppress(
            tf.sigmoid(logits),
            boxes,
            most=self._config.max_detections,
            iou=self._config.suppression_iou,
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
