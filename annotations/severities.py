"""The severity of a box as a database expression, so that counting and filtering never load boxes.

The same rule as `annotations.severity` applies to one box: a person's grade counts as its weight, else the
probabilities as Σ weight × probability, and a type that is not graded takes the detection score.
"""

from django.db.models import Case, F, FloatField, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from annotations.models import DefectType, Project


def severity_of(project: Project) -> Case:
    """Return an expression over Box, 0 to 1 or null while nothing tells it; weights are those of now."""
    branches = []
    for defect_type in project.defect_types.prefetch_related("grades"):
        branches += _branches(defect_type)
    # Without a type, PostgreSQL cannot tell which average of a bare NULL is meant.
    return Case(*branches, default=Cast(Value(None), FloatField()), output_field=FloatField())


def _branches(defect_type: DefectType) -> list[When]:
    if not defect_type.graded:
        return [When(defect_type=defect_type.pk, then=F("score"))]
    weights = defect_type.weights()
    branches = [
        When(defect_type=defect_type.pk, grade=level, then=Value(weight))
        for level, weight in enumerate(weights, start=1)
    ]
    if weights:
        # Probabilities of another number of grades belong to grades that no longer exist.
        count = len(weights)
        fits = Q(**{f"grade_probabilities__{count - 1}__isnull": False}) & Q(
            **{f"grade_probabilities__{count}__isnull": True}
        )
        expected = sum(
            (
                Cast(KT(f"grade_probabilities__{k}"), FloatField()) * weight
                for k, weight in enumerate(weights)
            ),
            start=Value(0.0),
        )
        branches.append(When(fits, defect_type=defect_type.pk, grade__isnull=True, then=expected))
    return branches
