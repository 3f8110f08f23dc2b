"""REST: the defects of all inspections as a table."""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from annotations.api.exports import Download
from annotations.models import Project
from inference import exports


class DefectExportSerializer(serializers.Serializer):
    """Which inspections go into the table."""

    inspection = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**62,
        help_text="Only this one; all of the project by default.",
    )


class DefectExport(Download):
    """A line per defect that inspections found, with type, place, score, severity and grade."""

    serializer_class = DefectExportSerializer

    def chunks(self, project: Project, options: dict[str, Any]) -> Iterator[bytes]:
        """Return the lines, a few inspections at a time."""
        return self.row.chunks(exports.defect_rows(project, inspection=options.get("inspection")))

    @extend_schema(parameters=[DefectExportSerializer], responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str):
        """Send the table."""
        return super().get(request, slug)
