"""REST: the model registry."""

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import access
from annotations.api.scope import ErrorSerializer, NoInput, ProjectScope, VisibleScope
from annotations.models import DefectType, Role
from inference import registry
from inference.models import ModelVersion


class ModelSerializer(serializers.ModelSerializer):
    """A model in the registry."""

    defect_type = serializers.SlugRelatedField[DefectType]("name", read_only=True, allow_null=True)
    promoted_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    class_names = serializers.ListField(child=serializers.CharField(), read_only=True)
    thresholds = serializers.DictField(
        child=serializers.FloatField(allow_null=True),
        read_only=True,
        help_text="Type to the score from which its boxes need no person; null: every box needs one.",
    )

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "name",
            "kind",
            "source",
            "defect_type",
            "class_names",
            "thresholds",
            "calibration",
            "metrics",
            "config",
            "round_number",
            "promoted",
            "promoted_at",
            "promoted_by",
            "created_at",
        ]
        read_only_fields = fields


MODELS = ModelVersion.objects.select_related("project", "defect_type", "promoted_by")


class ModelList(ProjectScope, generics.ListAPIView):
    """The models of a project, newest first."""

    serializer_class = ModelSerializer
    queryset = MODELS
    filter_backends: list = []

    def get_queryset(self):
        """Return the models of the project."""
        return super().get_queryset().filter(project=self.project)


class ModelPromote(VisibleScope, generics.GenericAPIView):
    """Promote a model."""

    serializer_class = NoInput
    queryset = MODELS

    @extend_schema(
        request=None,
        responses={200: ModelSerializer, 400: OpenApiResponse(ErrorSerializer, "Its files are gone.")},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Let rounds and inspections use this model; an engineer's."""
        model = self.get_object()
        access.require(model.project, request.user, Role.ENGINEER)
        return Response(ModelSerializer(registry.promote(model, request.user)).data)
