"""Why a detector scores what it scores: curves, sizes, what it takes for what, and its best and worst images.

Pure: values in, plain values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.detector.saved_detectors import Detection
from training.evaluation.coco_metrics import Accumulated, Truth
from training.evaluation.matching import match_greedily, measure_overlaps, order_by_score

PAIR_IOU = 0.5
# COCO's images are 640 pixels long: its 32 and 96 pixels are these shares of the longer side.
COCO_SIDE = 640
SIZES = ("small", "medium", "large")
SIZE_EDGES = (32 / COCO_SIDE, 96 / COCO_SIDE)
NOTHING = ""  # "nothing there" among the truths, "missed" among what was found


@dataclass(frozen=True)
class Pair:
    """A labeled box with the detection that stands for it: indexes; None where there is none."""

    truth: int | None
    found: int | None
    iou: float = 0.0


@dataclass(frozen=True)
class MatchedImage:
    """One image: its pairs, and quality from 0 to 1.

    cells counts (true type, found type); NOTHING stands for "nothing there" and for "missed". quality is the
    panoptic quality of Kirillov et al., 2019, over all types: the overlaps of the right pairs, divided by
    the right ones plus half of all boxes that are missed, wrong or not there. An empty image that stays empty
    has 1.
    """

    pairs: tuple[Pair, ...]
    cells: dict[tuple[str, str], int]
    quality: float


def scale_of(width: int, height: int) -> float:
    """Return what turns pixels of an image of this size into those of COCO's."""
    return COCO_SIDE / max(width, height)


def match_image(
    detections: Sequence[Detection], truth: Truth, class_names: Sequence[str], *, iou: float = PAIR_IOU
) -> MatchedImage:
    """Pair the detections of one image with its labeled boxes, each at most once.

    First within each type, the highest score first, each with the free box that it overlaps most, by at least
    `iou`; then what is left across types. A difficult box is no truth, and a detection on it alone does not
    count.
    """
    names = [class_names[number] for number in truth.classes]
    overlaps, order = measure_overlaps(detections, truth.boxes), order_by_score(detections)
    same_type = np.array(
        [[name == detection.class_name for name in names] for detection in detections], bool
    ).reshape(overlaps.shape)
    free = ~truth.difficult
    pairs: list[Pair] = []
    unmatched = order
    for allowed in (same_type, ~same_type):
        partners = match_greedily(np.where(allowed, overlaps, -1.0), unmatched, free, iou=iou)
        pairs += [Pair(box, index, float(overlaps[index, box])) for index, box in partners.items()]
        free[list(partners.values())] = False
        unmatched = [index for index in unmatched if index not in partners]
    for index in unmatched:
        if not (truth.difficult & (overlaps[index] >= iou)).any():
            pairs.append(Pair(None, index))
    pairs += [Pair(int(index), None) for index in np.flatnonzero(free)]
    return MatchedImage(tuple(pairs), _count(pairs, names, detections), _rate(pairs, names, detections))


def _count(
    pairs: list[Pair], names: list[str], detections: Sequence[Detection]
) -> dict[tuple[str, str], int]:
    cells: Counter[tuple[str, str]] = Counter()
    for pair in pairs:
        true = NOTHING if pair.truth is None else names[pair.truth]
        found = NOTHING if pair.found is None else detections[pair.found].class_name
        cells[true, found] += 1
    return dict(cells)


def _rate(pairs: list[Pair], names: list[str], detections: Sequence[Detection]) -> float:
    right = [
        pair.iou
        for pair in pairs
        if pair.truth is not None
        and pair.found is not None
        and names[pair.truth] == detections[pair.found].class_name
    ]
    # A box of the wrong type is both: one that is missed, and one that is not there.
    wrong = sum((pair.truth is not None) + (pair.found is not None) for pair in pairs) - 2 * len(right)
    whole = len(right) + wrong / 2
    return sum(right) / whole if whole else 1.0


def describe(found: Accumulated, truths: Sequence[Truth], scales: Sequence[float]) -> dict[str, Any]:
    """Return COCO's twelve figures, the curves and the sizes, as plain values.

    Curves are precision at 101 recalls from 0 to 1: per type and for all, at IoU 0.5 (with the score at which
    each is reached) and in the mean over IoU 0.5 to 0.95.
    """
    names = list(found.counts)
    present = [index for index, name in enumerate(names) if found.counts[name]]
    return {
        "coco": _coco_figures(found),
        "curves": _curves(found, names, present),
        "sizes": _sizes(found, truths, scales, names),
        "size_edges": list(SIZE_EDGES),
    }


def _coco_figures(found: Accumulated) -> dict[str, float | None]:
    precision, recall = found.precision, found.recall
    figures = {
        "ap": precision[..., 0],
        "ap50": precision[0, :, :, 0],
        "ap75": precision[5, :, :, 0],
        **{f"ap_{size}": precision[..., place] for place, size in enumerate(SIZES, start=1)},
        "ar1": recall[:, :, 0, 0],
        "ar10": recall[:, :, 0, 1],
        "ar100": recall[:, :, 0, 2],
        **{f"ar_{size}": recall[:, :, place, 2] for place, size in enumerate(SIZES, start=1)},
    }
    return {name: _mean(values) for name, values in figures.items()}


def _mean(values: np.ndarray) -> float | None:
    """Return the mean of `values`, as COCO takes it: without those of types that have no truth."""
    known = values[values > -1]
    return round(float(known.mean()), 6) if known.size else None


def _curves(found: Accumulated, names: list[str], present: list[int]) -> dict[str, Any]:
    precision = np.maximum(found.precision[..., 0], 0.0)  # [10, 101, types]
    scores = np.maximum(found.scores[0, :, :, 0], 0.0)
    curves = [
        {
            "name": names[index],
            "at50": _rounded(precision[0, :, index]),
            "mean": _rounded(precision[:, :, index].mean(axis=0)),
            "scores": _rounded(scores[:, index]),
        }
        for index in present
    ]
    every = precision[:, :, present].mean(axis=2) if present else np.zeros((10, 101))
    return {
        "types": curves,
        "all": {"at50": _rounded(every[0]), "mean": _rounded(every.mean(axis=0))} if present else None,
    }


def _rounded(values: np.ndarray) -> list[float]:
    return [round(float(value), 4) for value in values]


def _sizes(
    found: Accumulated, truths: Sequence[Truth], scales: Sequence[float], names: list[str]
) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    for truth, scale in zip(truths, scales, strict=True):
        sides = np.maximum(truth.boxes[:, 2:] - truth.boxes[:, :2], 0) * scale
        edges = np.array(SIZE_EDGES) * COCO_SIDE
        places = np.searchsorted(edges, np.sqrt(sides.prod(axis=1)), side="right")
        counts.update(SIZES[place] for place in places[~truth.difficult])
    return [
        {
            "name": size,
            "boxes": counts[size],
            "ap": _mean(found.precision[..., place]),
            "ap50": _mean(found.precision[0, :, :, place]),
            "recall": _mean(found.recall[0, :, place, 2]),
            "types": {name: _mean(found.precision[0, :, index, place]) for index, name in enumerate(names)},
        }
        for place, size in enumerate(SIZES, start=1)
    ]


def confuse(matched: Sequence[MatchedImage], class_names: Sequence[str]) -> dict[str, Any]:
    """Return the confusion matrix: a row per true type and "nothing there", a column per found and "missed".

    The last row and the last column are those of NOTHING; the corner, where nothing meets nothing, is 0.
    """
    names = [*class_names, NOTHING]
    total: Counter[tuple[str, str]] = Counter()
    for one in matched:
        total.update(one.cells)
    rows = [[total[true, found] for found in names] for true in names]
    right = sum(total[name, name] for name in class_names)
    missed = sum(total[name, NOTHING] for name in class_names)
    false_positives = sum(total[NOTHING, name] for name in class_names)
    misclassified = sum(total.values()) - right - missed - false_positives
    return {
        "names": list(class_names),
        "rows": rows,
        "right": right,
        "misclassified": misclassified,
        "missed": missed,
        "false_positives": false_positives,
    }
