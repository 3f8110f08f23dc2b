"""COCO's detection metrics of predictions against what people labeled."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from inference.detector.saved_detectors import Detection


class Truth(Protocol):
    """An image's labeled boxes; `training.detector.data.samples.Sample` is one."""

    @property
    def boxes(self) -> np.ndarray:
        """Return float [n, 4]: xmin, ymin, xmax, ymax."""

    @property
    def classes(self) -> np.ndarray:
        """Return int [n]: indexes into the class names."""

    @property
    def difficult(self) -> np.ndarray:
        """Return bool [n]."""


@dataclass(frozen=True)
class Metrics:
    """Average precision over IoU 0.5 to 0.95 (map), at 0.5 and at 0.75, over types and per type.

    A type without a labeled box has None in per_class and takes no part in the means; with no box at all the
    means are None too.
    """

    map: float | None
    map50: float | None
    map75: float | None
    per_class: dict[str, dict[str, Any]]
    images: int
    boxes: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON-able values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Accumulated:
    """COCO's tables, numbers from 0 to 1, and how many boxes each type has; -1 where a type has no truth.

    precision and scores: float [10 IoU thresholds, 101 recalls, types, 4 sizes]; recall: float [10, types, 4
    sizes, 3 limits of detections]. The sizes are all, small, medium, large.
    """

    precision: np.ndarray
    scores: np.ndarray
    recall: np.ndarray
    counts: dict[str, int]


def count_boxes(truths: Sequence[Truth], class_names: Sequence[str]) -> dict[str, int]:
    """Return how many boxes of each type count, the difficult ones left out."""
    counts = dict.fromkeys(class_names, 0)
    for truth in truths:
        for number in truth.classes[~truth.difficult]:
            counts[class_names[number]] += 1
    return counts


def evaluate(
    predictions: Sequence[Sequence[Detection]], truths: Sequence[Truth], class_names: Sequence[str]
) -> Metrics:
    """Measure predictions, one list per image, against truths of the same order.

    Difficult boxes count neither as missed nor as found; as COCO does, at most 100 detections an image
    count.
    """
    return summarize(accumulate(predictions, truths, class_names), images=len(truths))


def accumulate(
    predictions: Sequence[Sequence[Detection]],
    truths: Sequence[Truth],
    class_names: Sequence[str],
    *,
    scales: Sequence[float] | None = None,
) -> Accumulated:
    """Match predictions to truths as COCO does; `scales` turn pixels of an image into COCO's, for the sizes.

    Raises ValueError when there are not as many predictions as images.
    """
    if len(predictions) != len(truths):
        raise ValueError(f"There are {len(predictions)} predictions for {len(truths)} images.")
    counts = count_boxes(truths, class_names)
    type_count = len(class_names)
    if not any(counts.values()):
        nothing = np.full((10, 101, type_count, 4), -1.0)
        return Accumulated(nothing, nothing, np.full((10, type_count, 4, 3), -1.0), counts)
    scales = [1.0] * len(truths) if scales is None else scales
    numbers = {name: index + 1 for index, name in enumerate(class_names)}
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints its progress
        coco = COCO()
        coco.dataset = {
            "images": [{"id": index} for index in range(len(truths))],
            "categories": [{"id": number, "name": name} for name, number in numbers.items()],
            "annotations": list(_annotate(truths, scales)),
        }
        coco.createIndex()
        evaluation = COCOeval(coco, _load_results(coco, predictions, numbers, scales), "bbox")
        evaluation.params.maxDets = [1, 10, 100]
        evaluation.evaluate()
        evaluation.accumulate()
    found = evaluation.eval
    return Accumulated(found["precision"][..., 2], found["scores"][..., 2], found["recall"].copy(), counts)


def summarize(found: Accumulated, *, images: int) -> Metrics:
    """Return the means of `found` over types, and per type."""
    names = list(found.counts)
    empty = {name: {"ap": None, "ap50": None, "boxes": count} for name, count in found.counts.items()}
    present = [index for index, name in enumerate(names) if found.counts[name]]
    if not present:
        return Metrics(None, None, None, empty, images, 0)
    precision = np.maximum(found.precision[..., 0], 0.0).mean(axis=1).T  # [types, IoU thresholds]
    per_class = empty | {
        names[index]: {
            "ap": float(precision[index].mean()),
            "ap50": float(precision[index, 0]),
            "boxes": found.counts[names[index]],
        }
        for index in present
    }
    return Metrics(
        map=float(precision[present].mean()),
        map50=float(precision[present, 0].mean()),
        map75=float(precision[present, 5].mean()),
        per_class=per_class,
        images=images,
        boxes=sum(found.counts.values()),
    )


def _annotate(truths: Sequence[Truth], scales: Sequence[float]) -> Iterator[dict[str, Any]]:
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
                "area": (xmax - xmin) * (ymax - ymin) * scales[image] ** 2,
                "iscrowd": int(difficult),  # COCO's way to leave a box out
            }


def _load_results(
    coco: COCO,
    predictions: Sequence[Sequence[Detection]],
    numbers: dict[str, int],
    scales: Sequence[float],
) -> COCO:
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
        loaded = coco.loadRes(results)
        for row in loaded.dataset["annotations"]:
            row["area"] *= scales[row["image_id"]] ** 2
        return loaded
    nothing = COCO()
    nothing.dataset = {**coco.dataset, "annotations": []}
    nothing.createIndex()
    return nothing
