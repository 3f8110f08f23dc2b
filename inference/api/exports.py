"""REST: the defects of all inspections as a table."""

from collections.abc import Iterator

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from annotations.api.exports import Download
from annotations.formats import csv_table
from annotations.models import Project
from inference.inspections import reports, results
from inference.models import Inspection

CHUNK = 10


class DefectExportSerializer(serializers.Serializer):
    """Which inspections go into the table."""

    inspection = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**62,
        help_text="Only this one; all of the project unless told.",
    )


class DefectExport(Download):
    """A line per defect that inspections found, with type, place, score, severity and grade."""

    serializer_class = DefectExportSerializer

    def chunks(self, project: Project, *, inspection: int | None = None) -> Iterator[bytes]:
        """Return the lines, a few inspections at a time."""
        rows = Inspection.objects.filter(project=project).order_by("pk")
        if inspection is not None:
            rows = rows.filter(pk=inspection)
        found = results.with_results(rows).iterator(chunk_size=CHUNK)
        return csv_table.lines(
            reports.DEFECT_COLUMNS, (line for one in found for line in results.defect_rows(one))
        )

    @extend_schema(parameters=[DefectExportSerializer], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str):
        """Send the table."""
        return super().get(request, slug)
