"""REST: grades proposed for boxes that a person has just drawn."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.boxes import BoxSerializer
from annotations.api.scope import ErrorSerializer, ImageScope
from annotations.labeling import wire
from annotations.models import JobState
from inference.graders import grade_requests
from inference.models import GradeRequest

MOST = 200


class GradeRequestSerializer(serializers.ModelSerializer):
    """A request for grades, and what a worker has answered."""

    state = serializers.ChoiceField(JobState.choices, read_only=True)
    grades = serializers.DictField(
        child=serializers.ListField(child=serializers.FloatField()),
        read_only=True,
        help_text="Id of a box to the probabilities of its grades, lightest first.",
    )

    class Meta:
        model = GradeRequest
        fields = ["id", "state", "grades", "error"]
        read_only_fields = fields


ASKED = inline_serializer("GradesAsked", {"boxes": BoxSerializer(many=True)})


class AskedSerializer(serializers.Serializer):
    """Boxes in the wire format; none of them needs to be saved."""

    boxes = serializers.ListField(child=serializers.DictField(), max_length=MOST, allow_empty=False)


class Ask(ImageScope, generics.GenericAPIView):
    """The question for grades of an image's boxes."""

    serializer_class = AskedSerializer

    @extend_schema(request=ASKED, responses={202: GradeRequestSerializer, 400: ErrorSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Ask the promoted graders; the answer is there within seconds while an ml worker is idle."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        boxes = wire.read_boxes(self.image, serializer.validated_data["boxes"])
        grade_request = grade_requests.ask(self.image, boxes, user=request.user)
        return Response(GradeRequestSerializer(grade_request).data, status=status.HTTP_202_ACCEPTED)


class Answer(generics.RetrieveAPIView):
    """The answer to one's own question."""

    serializer_class = GradeRequestSerializer
    queryset = GradeRequest.objects.all()
    filter_backends: list = []

    def get_queryset(self):
        """Return the caller's own questions; those of others do not exist for him."""
        return super().get_queryset().filter(created_by=self.request.user)
