"""What the inspections of a project export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models import QuerySet

from annotations.models import Project
from inference.inspections import results
from inference.models import Inspection

CHUNK = 10


def inspections(project: Project, *, inspection: int | None = None) -> QuerySet[Inspection]:
    """Return the inspections of `project` by id, or only the one of the id `inspection`."""
    rows = Inspection.objects.filter(project=project).order_by("pk")
    return rows if inspection is None else rows.filter(pk=inspection)


def defect_rows(project: Project, *, inspection: int | None = None) -> Iterator[Sequence[object]]:
    """Yield the lines of `defects.csv`, a few inspections at a time."""
    found = results.with_results(inspections(project, inspection=inspection))
    for one in found.iterator(chunk_size=CHUNK):
        yield from results.defect_rows(one)
