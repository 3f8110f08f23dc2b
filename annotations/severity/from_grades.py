"""Severity from grade probabilities and weights, computed when read: new weights re-score the past."""

from collections.abc import Iterable, Sequence


def severity(probabilities: Sequence[float], weights: Sequence[float]) -> float:
    """Return the sum of weight of grade k times probability of grade k, between 0 and 1.

    Raises ValueError when the lengths differ or a number is not between 0 and 1.
    """
    if len(probabilities) != len(weights):
        raise ValueError(f"{len(probabilities)} grade probabilities do not fit {len(weights)} weights.")
    if not weights:
        raise ValueError("A severity needs at least one grade.")
    for number in (*probabilities, *weights):
        if not -1e-6 <= number <= 1 + 1e-6:
            raise ValueError(f"{number!r} is no probability or weight: it lies outside of 0 to 1.")
    total = sum(probability * weight for probability, weight in zip(probabilities, weights, strict=True))
    return min(1.0, max(0.0, total))


def severity_of(
    weights: Sequence[float] | None,
    *,
    grade: int | None = None,
    probabilities: Sequence[float] | None = None,
    score: float | None = None,
) -> float | None:
    """Return one defect's severity, or None while it is unknown.

    `weights` are those of the grades of its type, None for a type that is not graded: its severity is the
    detection `score`. The `grade` of a person counts before the `probabilities` of a grader. Probabilities of
    another number of grades than the type has now are ignored, because those grades no longer exist.
    """
    if weights is None:
        return score
    if grade is not None:
        return float(weights[grade - 1]) if 1 <= grade <= len(weights) else None
    if not probabilities or len(probabilities) != len(weights):
        return None
    return severity(probabilities, weights)


def likely_grade(probabilities: Sequence[float]) -> int:
    """Return the median grade, from 1: the least expected error. Raises ValueError without probabilities."""
    if not probabilities:
        raise ValueError("Without probabilities there is no likely grade.")
    reached = 0.0
    for grade, probability in enumerate(probabilities, start=1):
        reached += probability
        if reached >= 0.5:
            return grade
    return len(probabilities)


def image_severity(severities: Iterable[float | None]) -> float | None:
    """Return the worst defect's severity: 0 without defects, None when no defect's severity is known."""
    listed = list(severities)
    known = [value for value in listed if value is not None]
    if known:
        return max(known)
    return None if listed else 0.0
