"""Decide what happens to an image after prediction: accept its boxes, or ask a person.

Pure: values in, a frozen route out. An image is accepted only when every box that would be proposed stands at
or above its type's threshold, every one of these types has a threshold, and every grade is clear.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotations.models import ReviewReason


@dataclass(frozen=True)
class Candidate:
    """One predicted box as routing sees it."""

    class_name: str
    score: float
    grade_probabilities: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Route:
    """`proposed` are the indexes of the boxes to show or accept; `reason` is None when all are accepted."""

    proposed: tuple[int, ...]
    reason: ReviewReason | None = None
    detail: str = ""
    priority: float = 0.0

    @property
    def accepted(self) -> bool:
        """Return whether no person is asked."""
        return self.reason is None


def doubt(score: float, threshold: float | None) -> float:
    """Return how little is known of a box, 0 to 1: 1 at even odds or without a threshold, 0 when certain."""
    if threshold is None:
        return 1.0
    return 0.0 if score >= threshold else max(0.0, 1.0 - abs(score - 0.5) * 2)


def choose(
    candidates: Sequence[Candidate],
    *,
    thresholds: Mapping[str, float | None],
    propose_score: float,
    grade_doubt: float = 0.0,
    accept_nothing: bool = False,
    may_accept: bool = True,
) -> Route:
    """Return the route of one image.

    A type that is missing in `thresholds` has none. `accept_nothing` says that the calibration split has
    shown an image without proposals to be truly free of defects. `may_accept` is False for images whose split
    measures.
    """
    shown = tuple(
        index
        for index, box in enumerate(candidates)
        if box.score >= min(propose_score, thresholds.get(box.class_name) or 1.0)
    )
    if not shown:
        if accept_nothing and may_accept:
            return Route(proposed=())
        best = max((box.score for box in candidates), default=0.0)
        detail = f"Nothing scored at least {propose_score:.2f}"
        detail += f"; the best was {best:.2f}." if candidates else "."
        return Route((), ReviewReason.NOTHING_FOUND, detail, priority=best)
    boxes = [candidates[index] for index in shown]
    priority = sum(doubt(box.score, thresholds.get(box.class_name)) for box in boxes) / len(boxes)
    manual = sorted({box.class_name for box in boxes if thresholds.get(box.class_name) is None})
    if manual:
        detail = f"{', '.join(manual)}: too little evidence for a threshold yet."
        return Route(shown, ReviewReason.MANUAL_TYPE, detail, priority)
    cuts = {name: cut for name, cut in thresholds.items() if cut is not None}
    unsure = min(boxes, key=lambda box: box.score - cuts[box.class_name])
    least = cuts[unsure.class_name]
    if unsure.score < least:
        detail = f"{unsure.class_name} {unsure.score:.2f} is below its threshold {least:.2f}."
        return Route(shown, ReviewReason.UNSURE, detail, priority)
    clearest = ((box, max(box.grade_probabilities)) for box in boxes if box.grade_probabilities)
    vague = next(((box, best) for box, best in clearest if best < grade_doubt), None)
    if vague:
        box, best = vague
        detail = f"The grade of a {box.class_name} is unclear: the most likely one has {best:.0%}."
        return Route(shown, ReviewReason.UNSURE_GRADE, detail, 1.0 - best)
    if not may_accept:
        return Route(shown, ReviewReason.AUDIT, "Images that measure are labeled by people.", 0.5)
    return Route(shown)
