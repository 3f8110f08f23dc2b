"""COCO's detection metrics of predictions against what people labeled."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from inference.detectors import Detection


class Truth(Protocol):
    """An image's labeled boxes; `training.detector.samples.Sample` is one."""

    boxes: np.ndarray  # float [n, 4], xmin, ymin, xmax, ymax
    classes: np.ndarray  # int [n], index into the class names
    difficult: np.ndarray  # bool [n]


@dataclass(frozen=True)
class Metrics:
    """Average precision over IoU 0.5 to 0.95 (map), at 0.5 and at 0.75, over types and per type.

    A type without a labeled box has None in per_class and takes no part in the means; with no box at all the
    means are None too.
    """

    map: float | None
    map50: float | None
    map75: float | None
    per_class: dict[str, dict]
    images: int
    boxes: int

    def to_dict(self) -> dict:
        """Return plain JSON-able values."""
        return asdict(self)


def evaluate(
    predictions: Sequence[Sequence[Detection]], truths: Sequence[Truth], class_names: Sequence[str]
) -> Metrics:
    """Measure predictions, one list per image, against truths of the same order.

    Difficult boxes count neither as missed nor as found; as COCO does, at most 100 detections an image are
    looked at.
    """
    if len(predictions) != len(truths):
        raise ValueError(f"There are {len(predictions)} predictions for {len(truths)} images.")
    counts = {name: 0 for name in class_names}
    for truth in truths:
        for number in truth.classes[~truth.difficult]:
            counts[class_names[number]] += 1
    empty = {name: {"ap": None, "ap50": None, "boxes": count} for name, count in counts.items()}
    if not any(counts.values()):
        return Metrics(None, None, None, empty, len(truths), 0)
    precision = _measure_precision(predictions, truths, list(class_names))
    present = [index for index, name in enumerate(class_names) if counts[name]]
    per_class = empty | {
        class_names[index]: {
            "ap": float(precision[index].mean()),
            "ap50": float(precision[index, 0]),
            "boxes": counts[class_names[index]],
        }
        for index in present
    }
    found = precision[present]
    return Metrics(
        map=float(found.mean()),
        map50=float(found[:, 0].mean()),
        map75=float(found[:, 5].mean()),
        per_class=per_class,
        images=len(truths),
        boxes=sum(counts.values()),
    )


def _measure_precision(predictions, truths, class_names: list[str]) -> np.ndarray:
    """Return the average precision, float [types, 10 IoU thresholds]; 0 where a type has no truth."""
    numbers = {name: index + 1 for index, name in enumerate(class_names)}
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints each stage
        coco = COCO()
        coco.dataset = {
            "images": [{"id": index} for index in range(len(truths))],
            "categories": [{"id": number, "name": name} for name, number in numbers.items()],
            "annotations": list(_annotate(truths)),
        }
        coco.createIndex()
        evaluation = COCOeval(coco, _load_results(coco, predictions, numbers), "bbox")
        evaluation.params.maxDets = [1, 10, 100]
        evaluation.evaluate()
        evaluation.accumulate()
    # [IoU thresholds, recalls, types, areas, detections]: all areas, 100 detections.
    precision = evaluation.eval["precision"][:, :, :, 0, 2]
    return np.maximum(precision, 0.0).mean(axis=1).T


def _annotate(truths: Sequence[Truth]):
    number = 0
    for image, truth in enumerate(truths):
        for box, category, difficult in zip(truth.boxes, truth.classes, truth.difficult, strict=True):
            number += 1
            xmin, ymin, xmax, ymax = (float(value) for value in box)
            yield {
                "id": number,
                "image_id": image,
                "category_id": int(category) + 1,
                "bbox": [xmin, ymin, xmax - xmin, ymax - ymin],
                "area": (xmax - xmin) * (ymax - ymin),
                "iscrowd": int(difficult),  # COCO's way to leave a box out
            }


def _load_results(coco: COCO, predictions, numbers: dict[str, int]) -> COCO:
    results = [
        {
            "image_id": image,
            "category_id": numbers[found.class_name],
            "bbox": [found.xmin, found.ymin, found.xmax - found.xmin, found.ymax - found.ymin],
            "score": found.score,
        }
        for image, detections in enumerate(predictions)
        for found in detections
        if found.class_name in numbers
    ]
    if results:
        return coco.loadRes(results)
    nothing = COCO()
    nothing.dataset = {**coco.dataset, "annotations": []}
    nothing.createIndex()
    return nothing
