"""REST: an evaluation with its reasons, and the images behind each of its numbers."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.pagination import LimitOffsetPagination

from annotations.api.scope import VisibleScope
from training.api.rounds import EvaluationSerializer, with_former_counts
from training.models import EvaluatedImage, Evaluation


class WholeEvaluationSerializer(EvaluationSerializer):
    """An evaluation with its report: COCO's figures, curves, sizes and the confusion matrix."""

    report = serializers.SerializerMethodField()

    class Meta(EvaluationSerializer.Meta):
        fields = [*EvaluationSerializer.Meta.fields, "report"]
        read_only_fields = fields

    def get_report(self, row: Evaluation) -> dict:
        """Return the curves, sizes and the confusion matrix."""
        return {**row.report, "confusion": with_former_counts(row.report["confusion"])}


class EvaluatedBoxSerializer(serializers.Serializer):
    """A labeled or a found box, in pixels of the image."""

    type = serializers.CharField()
    box = serializers.ListField(
        child=serializers.FloatField(), min_length=4, max_length=4, help_text="xmin, ymin, xmax, ymax"
    )
    pair = serializers.IntegerField(allow_null=True, help_text="Index of its partner in the other list.")
    score = serializers.FloatField(required=False, help_text="Of a found box.")
    difficult = serializers.BooleanField(required=False, help_text="Of a labeled box.")
    counted = serializers.BooleanField(required=False, help_text="False for one on a difficult box.")


class EvaluatedImageSerializer(serializers.ModelSerializer):
    """An image of an evaluation: what was labeled, what was found, and how they pair."""

    image = serializers.IntegerField(source="image_id", read_only=True)
    name = serializers.CharField(source="image.name", read_only=True)
    width = serializers.IntegerField(source="image.width", read_only=True)
    height = serializers.IntegerField(source="image.height", read_only=True)
    truth = EvaluatedBoxSerializer(many=True, read_only=True)
    found = EvaluatedBoxSerializer(many=True, read_only=True)

    class Meta:
        model = EvaluatedImage
        fields = ["image", "name", "width", "height", "quality", "wrong", "truth", "found"]
        read_only_fields = fields


class EvaluationDetail(VisibleScope, generics.RetrieveAPIView):
    """One evaluation, whole."""

    project_field = "round__project"
    serializer_class = WholeEvaluationSerializer
    queryset = Evaluation.objects.select_related("model")


class CellSerializer(serializers.Serializer):
    """Which images of an evaluation; a cell is named by both types."""

    truth = serializers.CharField(required=False, allow_blank=True)
    found = serializers.CharField(required=False, allow_blank=True)
    order = serializers.ChoiceField(["worst", "best"], default="worst")


class EvaluatedImagePages(LimitOffsetPagination):
    """Pages of a hundred images by default."""

    default_limit = 100
    max_limit = 500


class EvaluatedImageList(VisibleScope, generics.ListAPIView):
    """The images of an evaluation, the worst first; `truth` and `found` together name a cell."""

    project_field = "evaluation__round__project"
    serializer_class = EvaluatedImageSerializer
    pagination_class = EvaluatedImagePages
    queryset = EvaluatedImage.objects.all()

    def get_queryset(self):
        """Return the images that the query names, of an evaluation that the caller may see."""
        serializer = CellSerializer(data=self.request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        visible = EvaluationDetail(request=self.request).get_queryset()
        row = generics.get_object_or_404(visible.defer("report"), pk=self.kwargs["pk"])
        return row.seen(**serializer.validated_data)

    @extend_schema(
        parameters=[
            OpenApiParameter("truth", str, description="True type; empty: nothing there."),
            OpenApiParameter("found", str, description="Found type; empty: missed."),
            OpenApiParameter("order", str, enum=["worst", "best"]),
        ]
    )
    def get(self, request, *args, **kwargs):
        """Answer the images with their boxes."""
        return super().get(request, *args, **kwargs)
