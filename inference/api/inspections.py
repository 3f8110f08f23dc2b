"""REST: inspections: send images, get defects with type, box, score, grade probabilities and severity."""

from django.contrib.auth.models import User
from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.fields import NumberField
from annotations.api.media import PICTURE_SCHEMA, Picture, send
from annotations.api.scope import ErrorSerializer, NoInput, ProjectScope, VisibleScope
from annotations.models import DefectType, JobState, Project
from annotations.severity.from_grades import likely_grade
from inference.inspections import inspection_runs, results
from inference.inspections.addresses import picture_url
from inference.models import Defect, InspectedImage, Inspection


class DefectSerializer(serializers.ModelSerializer):
    """One finding, in pixels of the image."""

    defect_type = serializers.SlugRelatedField[DefectType]("name", read_only=True)
    grade_probabilities = serializers.ListField(
        child=serializers.FloatField(), read_only=True, allow_null=True
    )
    grade = serializers.SerializerMethodField(help_text="The likely grade, 1 = lightest.")
    severity = serializers.SerializerMethodField(help_text="By the weights of now, 0 to 1.")

    class Meta:
        model = Defect
        fields = [
            "id",
            "defect_type",
            "xmin",
            "ymin",
            "xmax",
            "ymax",
            "score",
            "grade",
            "grade_probabilities",
            "severity",
            "model_name",
            "grader_name",
        ]
        read_only_fields = fields

    def get_grade(self, defect: Defect) -> int | None:
        """Return the likely grade of a graded defect."""
        return likely_grade(defect.grade_probabilities) if defect.grade_probabilities else None

    def get_severity(self, defect: Defect) -> float | None:
        """Return the severity, or None when it is unknown."""
        return results.severity_of_defect(defect)


class InspectedImageSerializer(serializers.ModelSerializer):
    """One file of an inspection with its defects, best score first."""

    defects = DefectSerializer(many=True, read_only=True)
    severity = serializers.SerializerMethodField(help_text="The worst defect's.")
    file = serializers.SerializerMethodField(help_text="Address of what was sent.")
    drawn = serializers.SerializerMethodField(help_text="Address of the picture with the defects on it.")

    class Meta:
        model = InspectedImage
        fields = [
            "id",
            "name",
            "width",
            "height",
            "done",
            "error",
            "seconds",
            "severity",
            "file",
            "drawn",
            "defects",
        ]
        read_only_fields = fields

    def get_severity(self, image: InspectedImage) -> float | None:
        """Return the worst defect's severity."""
        return results.severity_of_image(image)

    def get_file(self, image: InspectedImage) -> str | None:
        """Return the address of the original, None when it was not kept."""
        return picture_url(image, "file")

    def get_drawn(self, image: InspectedImage) -> str | None:
        """Return the address of the drawn picture, None until it is there."""
        return picture_url(image, "drawn")


class InspectionSerializer(serializers.ModelSerializer):
    """An inspection without its images."""

    project = serializers.SlugRelatedField[Project]("slug", read_only=True)
    created_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    state = serializers.ChoiceField(JobState.choices, read_only=True)
    total = serializers.IntegerField(read_only=True, help_text="Images sent.")
    done = serializers.IntegerField(read_only=True, help_text="Images looked at, or refused.")

    class Meta:
        model = Inspection
        fields = [
            "id",
            "project",
            "created_by",
            "created_at",
            "started_at",
            "finished_at",
            "state",
            "cancel_requested",
            "error",
            "model_name",
            "threshold",
            "max_boxes",
            "total",
            "done",
        ]
        read_only_fields = fields


class WholeInspectionSerializer(InspectionSerializer):
    """An inspection with its images and their defects."""

    images = InspectedImageSerializer(many=True, read_only=True)

    class Meta(InspectionSerializer.Meta):
        fields = [*InspectionSerializer.Meta.fields, "images"]
        read_only_fields = fields


class InspectionStartSerializer(serializers.Serializer):
    """Images to inspect, and the settings."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True), allow_empty=False, max_length=1000
    )
    model = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="The promoted detector by default."
    )
    threshold = NumberField(
        min_value=0, max_value=1, required=False, allow_null=True, help_text="Least score of a defect."
    )
    max_boxes = serializers.IntegerField(min_value=1, max_value=inspection_runs.MAX_BOXES, default=100)


class InspectionPages(CursorPagination):
    """Newest first."""

    ordering = ("-id",)
    page_size = 50


def counted(queryset):
    """Return inspections with the number of their images, and of those that are done."""
    return queryset.annotate(
        total=Count("images", distinct=True), done=Count("images", filter=Q(images__done=True), distinct=True)
    )


class InspectionList(ProjectScope, generics.ListAPIView):
    """The inspections of a project, newest first."""

    serializer_class = InspectionSerializer
    pagination_class = InspectionPages
    parser_classes = [MultiPartParser]
    queryset = Inspection.objects.select_related("project", "created_by")
    filter_backends: list = []

    def get_queryset(self):
        """Return the inspections of the project."""
        return counted(super().get_queryset().filter(project=self.project))

    @extend_schema(
        request={"multipart/form-data": InspectionStartSerializer},
        responses={
            201: WholeInspectionSerializer,
            404: OpenApiResponse(ErrorSerializer, "No such model, or none is promoted yet."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Store the images and enqueue the inspection; ask the answer's address for the defects."""
        serializer = InspectionStartSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        inspection = inspection_runs.start(
            self.project,
            values["files"],
            user=request.user,
            model_name=values.get("model", ""),
            threshold=values.get("threshold"),
            max_boxes=values["max_boxes"],
        )
        whole = counted(results.with_results(Inspection.objects.all())).get(pk=inspection.pk)
        data = WholeInspectionSerializer(whole, context=self.get_serializer_context()).data
        address = reverse("api:inspection-detail", args=[inspection.pk])
        return Response(data, status=status.HTTP_201_CREATED, headers={"Location": address})


class InspectionDetail(VisibleScope, generics.RetrieveAPIView):
    """An inspection, how far it is, and what was found."""

    serializer_class = WholeInspectionSerializer
    queryset = counted(results.with_results(Inspection.objects.all()))


class InspectionCancel(VisibleScope, generics.GenericAPIView):
    """Stop an inspection."""

    serializer_class = NoInput
    queryset = counted(Inspection.objects.select_related("project", "created_by"))

    @extend_schema(request=None, responses={200: InspectionSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Stop it; images that are done keep their defects."""
        inspection_runs.cancel(self.get_object())
        return Response(InspectionSerializer(self.get_object(), context=self.get_serializer_context()).data)


class InspectedFile(VisibleScope, Picture):
    """A picture of an inspection: as it was sent, or with its defects drawn on it."""

    project_field = "inspection__project"
    queryset = InspectedImage.objects.all()
    field = "file"

    @PICTURE_SCHEMA
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Send the picture."""
        image = self.get_object()
        stored = getattr(image, self.field)
        if not stored:
            raise NotFound(f"There is no such picture of {image.name}: {image.error or 'it is not done yet'}")
        stem = image.name.rpartition(".")[0] or image.name
        return send(request, stored, name=image.name if self.field == "file" else f"{stem}-defects.png")
