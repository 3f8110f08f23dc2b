"""What inspections found, read back: severities by the weights of now, and the rows of defects.csv."""

from collections.abc import Iterator

from django.db.models import Prefetch, QuerySet

from annotations.geometry import CORNERS
from annotations.severity.from_grades import image_severity, severity_of
from inference.inspections import reports
from inference.models import Defect, InspectedImage, Inspection
from inference.pipeline import Finding


def with_results(inspections: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Return `inspections` with images, defects, types and grades loaded in a fixed number of queries."""
    images = with_defects(InspectedImage.objects.all())
    return inspections.select_related("project", "created_by").prefetch_related(
        Prefetch("images", queryset=images)
    )


def with_defects(images: QuerySet[InspectedImage]) -> QuerySet[InspectedImage]:
    """Return `images` with defects, types and grades loaded in a fixed number of queries."""
    defects = Defect.objects.select_related("defect_type").prefetch_related("defect_type__grades")
    return images.prefetch_related(Prefetch("defects", queryset=defects))


def severity_of_defect(defect: Defect) -> float | None:
    """Return `defect`'s severity by the weights of now; needs defect_type__grades loaded."""
    defect_type = defect.defect_type
    return severity_of(
        defect_type.weights() if defect_type.graded else None,
        probabilities=defect.grade_probabilities,
        score=defect.score,
    )


def severity_of_image(image: InspectedImage) -> float | None:
    """Return the worst defect's severity: None while `image` is not done, or it failed or it is unknown."""
    if not image.done or not image.width:
        return None
    return image_severity(severity_of_defect(defect) for defect in image.defects.all())


def defect_rows(inspection: Inspection) -> Iterator[list[object]]:
    """Yield the rows of defects.csv (`reports.DEFECT_COLUMNS`) of an inspection loaded by `with_results`."""
    for image in inspection.images.all():
        for defect in image.defects.all():
            finding = Finding(
                class_name=defect.defect_type.name,
                **{side: getattr(defect, side) for side in CORNERS},
                score=defect.score,
                grade_probabilities=tuple(defect.grade_probabilities or ()) or None,
                grader_name=defect.grader_name,
                severity=severity_of_defect(defect),
            )
            yield reports.defect_row(image.name, finding, model=defect.model_name)
