"""The severity of a box as a database expression, so that counting and filtering never load boxes.

The same rule as `severity.from_grades` applies to one box: a person's grade counts as its weight, else the
probabilities as Σ weight × probability, and a type that is not graded takes the detection score.
"""

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from annotations.models import DefectType, Project


def severity_of(project: Project) -> Case:
    """Return an expression over Box, 0 to 1, or null while it is unknown; by the present weights."""
    branches = []
    for defect_type in project.defect_types.prefetch_related("grades"):
        branches += _branches(defect_type)
    # Without a type, PostgreSQL cannot tell which average of a bare NULL is meant.
    return Case(*branches, default=Cast(Value(None), FloatField()), output_field=FloatField())


def severity_between(project: Project, low: float | None, high: float | None) -> Q:
    """Return a condition over Box: its severity is at least `low` and below `high`.

    None is no limit, and so is a `high` of 1 and more.

    The same boxes as a comparison with `severity_of`, but by grades and scores, which have an index.
    """
    top = None if high is None or high >= 1 else high
    found = Q(pk__in=[])
    for defect_type in project.defect_types.prefetch_related("grades"):
        if not defect_type.graded:
            found |= Q(defect_type=defect_type.pk, score__isnull=False) & _within("score", low, top)
            continue
        weights = defect_type.weights()
        levels = [
            level
            for level, weight in enumerate(weights, start=1)
            if (low is None or weight >= low) and (top is None or weight < top)
        ]
        if levels:
            found |= Q(defect_type=defect_type.pk, grade__in=levels)
        if weights:
            expected = _expected(weights)
            wanted = Q(defect_type=defect_type.pk, grade__isnull=True) & _fits(weights)
            if low is not None:
                wanted &= Q(GreaterThanOrEqual(expected, Value(low)))
            if top is not None:
                wanted &= Q(LessThan(expected, Value(top)))
            found |= wanted
    return found


def _within(field: str, low: float | None, top: float | None) -> Q:
    wanted = Q() if low is None else Q(**{f"{field}__gte": low})
    return wanted if top is None else wanted & Q(**{f"{field}__lt": top})


def _fits(weights: list[float]) -> Q:
    """Return the condition that a box has probabilities of as many grades as there are `weights`.

    Probabilities of another number of grades belong to grades that no longer exist.
    """
    count = len(weights)
    return Q(**{f"grade_probabilities__{count - 1}__isnull": False}) & Q(
        **{f"grade_probabilities__{count}__isnull": True}
    )


def _expected(weights: list[float]):
    """Return Σ weight × probability over a box's grades."""
    terms = (Cast(KT(f"grade_probabilities__{k}"), FloatField()) * weight for k, weight in enumerate(weights))
    return sum(terms, start=Value(0.0))


def _branches(defect_type: DefectType) -> list[When]:
    if not defect_type.graded:
        return [When(defect_type=defect_type.pk, then=F("score"))]
    weights = defect_type.weights()
    branches = [
        When(defect_type=defect_type.pk, grade=level, then=Value(weight))
        for level, weight in enumerate(weights, start=1)
    ]
    if weights:
        branches.append(
            When(_fits(weights), defect_type=defect_type.pk, grade__isnull=True, then=_expected(weights))
        )
    return branches
