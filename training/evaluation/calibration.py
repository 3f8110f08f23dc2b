"""The score from which on a model's boxes are right often enough to be accepted without a person, per type.

Pure: values in, frozen values out. What counts is measured on the calibration split alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from inference.detector.saved_detectors import Detection
from training.evaluation.coco_metrics import Truth
from training.evaluation.matching import match_greedily, measure_overlaps, order_by_score

MATCH_IOU = 0.7
MIN_EVIDENCE = 5  # boxes found right below which nothing can be said
CONFIDENCE = 0.95


@dataclass(frozen=True)
class TypeMatches:
    """All detections of one type: scores, whether each was right, and how many boxes were to be found."""

    scores: tuple[float, ...]
    correct: tuple[bool, ...]
    truths: int


@dataclass(frozen=True)
class Threshold:
    """The decision for one type.

    value: accept boxes scoring at least this; None keeps the type manual, and reason says why.
    precision, recall: as measured among accepted boxes; for a manual type among all boxes, None without any.
    support: how many boxes were accepted when measuring.
    lower_bound: what the precision exceeds at the confidence.
    """

    value: float | None
    reason: str
    precision: float | None
    recall: float | None
    support: int
    lower_bound: float


def match(
    predictions: Sequence[Sequence[Detection]],
    truths: Sequence[Truth],
    class_names: Sequence[str],
    *,
    iou: float = MATCH_IOU,
) -> dict[str, TypeMatches]:
    """Pair detections with labeled boxes of their type, best score first, each box at most once.

    A detection without a free box of at least the given IoU is wrong, however sure it was. One that lies on a
    difficult box counts neither way.
    """
    if len(predictions) != len(truths):
        raise ValueError(f"There are {len(predictions)} predictions for {len(truths)} images.")
    pairs: dict[str, list[tuple[float, bool]]] = {name: [] for name in class_names}
    counts = dict.fromkeys(class_names, 0)
    for detections, truth in zip(predictions, truths, strict=True):
        for number, name in enumerate(class_names):
            mine = truth.classes == number
            counts[name] += int((mine & ~truth.difficult).sum())
            found = [detection for detection in detections if detection.class_name == name]
            pairs[name] += _match_image(found, truth.boxes[mine], truth.difficult[mine], iou)
    return {
        name: TypeMatches(tuple(s for s, _ in pairs[name]), tuple(c for _, c in pairs[name]), counts[name])
        for name in class_names
    }


def _match_image(
    detections: Sequence[Detection], boxes: np.ndarray, difficult: np.ndarray, iou: float
) -> list[tuple[float, bool]]:
    """Return (score, whether it is right) of each detection of one type that counts, best score first."""
    overlaps, order = measure_overlaps(detections, boxes), order_by_score(detections)
    right = match_greedily(overlaps, order, ~difficult, iou=iou)
    return [
        (detections[index].score, index in right)
        for index in order
        if index in right or not (difficult & (overlaps[index] >= iou)).any()
    ]


def choose_thresholds(
    matches: Mapping[str, TypeMatches],
    *,
    precision_target: float,
    min_evidence: int = MIN_EVIDENCE,
    confidence: float = CONFIDENCE,
) -> dict[str, Threshold]:
    """Choose for each type the lowest score from which on enough boxes prove to be right often enough.

    Enough means that the one-sided exact lower bound (Clopper and Pearson, 1934) of the precision reaches
    precision_target, and that at least min_evidence accepted boxes were right. All boxes from the threshold
    on count, so that a confident false positive lowers the precision of every threshold below it.
    """
    if not 0 < precision_target < 1 or not 0 < confidence < 1:
        raise ValueError("precision_target and confidence must lie between 0 and 1.")
    return {
        name: _choose(found, precision_target, max(1, min_evidence), confidence)
        for name, found in matches.items()
    }


def _choose(found: TypeMatches, target: float, min_evidence: int, confidence: float) -> Threshold:
    scores = np.asarray(found.scores, np.float64)
    order = np.argsort(-scores, kind="stable")
    scores, correct = scores[order], np.asarray(found.correct, bool)[order]
    right = np.cumsum(correct)
    total = int(right[-1]) if len(right) else 0
    if total < min_evidence:
        reason = (
            f"Manual: only {total} of its boxes were found right in the calibration images; "
            f"{min_evidence} are needed."
        )
        return _keep_manual(found, total, reason, confidence)
    accepted = np.arange(1, len(scores) + 1)
    # Boxes of one score are accepted together.
    ends = np.append(scores[1:] < scores[:-1], True)
    bounds = bound_precision(right, accepted, confidence=confidence)
    # A threshold lies at a box that was right: going further down, to wrong ones alone, gains nothing.
    steps = np.flatnonzero(ends)
    steps = steps[np.diff(right[steps], prepend=0) > 0]
    passed = steps[(right[steps] >= min_evidence) & (bounds[steps] >= target)]
    if not len(passed):
        best = np.flatnonzero(ends)[np.argmax(bounds[ends])]
        reason = (
            f"Manual: at best {right[best]} of {accepted[best]} boxes were right, which proves a precision "
            f"of {bounds[best]:.1%}; {target:.1%} is needed."
        )
        return _keep_manual(found, total, reason, confidence)
    last = passed[-1]
    return Threshold(
        value=float(scores[last]),
        reason=(
            f"{right[last]} of {accepted[last]} boxes were right, which proves a precision of at least "
            f"{bounds[last]:.1%}."
        ),
        precision=float(right[last] / accepted[last]),
        recall=_share(int(right[last]), found.truths),
        support=int(accepted[last]),
        lower_bound=float(bounds[last]),
    )


def _keep_manual(found: TypeMatches, total: int, reason: str, confidence: float) -> Threshold:
    return Threshold(
        value=None,
        reason=reason,
        precision=_share(total, len(found.scores)),
        recall=_share(total, found.truths),
        support=len(found.scores),
        lower_bound=float(bound_precision(total, len(found.scores), confidence=confidence)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def bound_precision(
    right: npt.ArrayLike, accepted: npt.ArrayLike, *, confidence: float = CONFIDENCE
) -> np.ndarray:
    """Return the exact lower bound of a share of which right out of accepted were seen; 0 for none right."""
    right, accepted = np.broadcast_arrays(np.asarray(right), np.asarray(accepted))
    bound = beta.ppf(1 - confidence, np.maximum(right, 1), np.maximum(accepted - right + 1, 1))
    return np.where(right > 0, bound, 0.0)
