"""REST: the figures of the dashboard."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.scope import ProjectScope
from annotations.models import Split
from webapp.charts import project_statistics


class SelectionSerializer(serializers.Serializer):
    """Which images are counted; days are UTC and inclusive."""

    line = serializers.CharField(required=False)
    lot = serializers.CharField(required=False)
    split = serializers.ChoiceField(Split.choices, required=False)
    labeled_from = serializers.DateField(required=False)
    labeled_to = serializers.DateField(required=False)


class Stats(ProjectScope, generics.GenericAPIView):
    """The dashboard in numbers."""

    serializer_class = SelectionSerializer

    @extend_schema(parameters=[SelectionSerializer], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        """Answer everything that the dashboard draws, of all images or of a selection."""
        # A form sends what is left open as an empty text.
        sent = {name: value for name, value in request.query_params.dict().items() if value}
        serializer = self.get_serializer(data=sent)
        serializer.is_valid(raise_exception=True)
        selection = project_statistics.Selection(**serializer.validated_data)
        return Response(project_statistics.collect(self.project, selection))
