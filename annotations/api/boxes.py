"""REST: the boxes of an image."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.scope import ErrorSerializer, ImageScope, StaleSerializer, version_of
from annotations.errors import InvalidBox
from annotations.geometry import CORNERS
from annotations.labeling import boxes, wire
from annotations.models import Decision, Image, Origin

PROPOSED = inline_serializer(
    "Proposed",
    {
        "defect_type": serializers.CharField(),
        **{side: serializers.FloatField() for side in CORNERS},
    },
    read_only=True,
    allow_null=True,
    help_text="Where and as what the model proposed it.",
)


class BoxSerializer(serializers.Serializer):
    """A box on the wire, pixels of the original; annotations.labeling.wire reads and checks it."""

    id = serializers.UUIDField(help_text="Made by the client, and kept.")
    defect_type = serializers.CharField()
    xmin = serializers.FloatField()
    ymin = serializers.FloatField()
    xmax = serializers.FloatField()
    ymax = serializers.FloatField()
    grade = serializers.IntegerField(allow_null=True, required=False, min_value=1, max_value=9)
    difficult = serializers.BooleanField(default=False)
    truncated = serializers.BooleanField(default=False)
    occluded = serializers.BooleanField(default=False)
    pose = serializers.CharField(default="Unspecified", max_length=60)
    origin = serializers.ChoiceField(Origin.choices, read_only=True)
    model_name = serializers.CharField(read_only=True)
    round_number = serializers.IntegerField(read_only=True, allow_null=True)
    score = serializers.FloatField(read_only=True, allow_null=True)
    grade_probabilities = serializers.ListField(
        child=serializers.FloatField(), read_only=True, allow_null=True
    )
    severity = serializers.FloatField(read_only=True, allow_null=True)
    proposed = PROPOSED
    decision = serializers.ChoiceField([*Decision.choices, ("", "None")], read_only=True)
    decided_by = serializers.CharField(read_only=True, allow_null=True)
    decided_at = serializers.DateTimeField(read_only=True, allow_null=True)


class BoxListSerializer(serializers.Serializer):
    """The whole box list of an image at a version."""

    version = serializers.IntegerField(read_only=True)
    boxes = BoxSerializer(many=True)


MOST_UNANSWERED = 100


class BoxListInput(BoxListSerializer):
    """What a save carries; the names of saves are the client's own UUIDs."""

    mutation = serializers.UUIDField(
        required=False, allow_null=True, help_text="A name for this save; sent again, it counts once."
    )
    unanswered = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=MOST_UNANSWERED,
        help_text="Names of earlier saves whose answers never came; a 412 tells by `applied` which arrived.",
    )


class MutationSerializer(serializers.Serializer):
    """The names in a save, apart from its boxes, which annotations.labeling.wire reads."""

    mutation = serializers.UUIDField(required=False, allow_null=True, default=None)
    unanswered = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_UNANSWERED
    )


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The version edited: "7".'
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description='The version at hand: "7".'
)


def boxes_in(request: Request, image: Image) -> list[wire.BoxValues]:
    """Return the checked boxes of the request's body; raises InvalidBox."""
    if not isinstance(request.data, dict) or "boxes" not in request.data:
        raise InvalidBox('Send {"boxes": [...]}.', field="boxes")
    return wire.read_boxes(image, request.data["boxes"])


def boxes_out(image: Image) -> Response:
    """Answer with the boxes of `image` as they stand, and their version as ETag."""
    data = wire.boxes_to_wire(image)
    return Response(data, headers={"ETag": f'"{data["version"]}"', "Cache-Control": "private, no-cache"})


class BoxList(ImageScope, generics.GenericAPIView):
    """The boxes of an image."""

    serializer_class = BoxListSerializer

    @extend_schema(parameters=[IF_NONE_MATCH], responses={200: BoxListSerializer, 304: None})
    def get(self, request: Request, pk: int) -> Response:
        """Answer the boxes with the version as ETag; 304 when the caller has them."""
        tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
        if f'"{self.image.version}"' in tags:
            return Response(status=304, headers={"ETag": f'"{self.image.version}"'})
        return boxes_out(self.image)

    @extend_schema(
        parameters=[IF_MATCH],
        request=BoxListInput,
        responses={
            200: BoxListSerializer,
            400: OpenApiResponse(ErrorSerializer, "A box is wrong; `index`, `box` and `field` name it."),
            412: StaleSerializer,
            428: ErrorSerializer,
        },
    )
    def put(self, request: Request, pk: int) -> Response:
        """Replace the whole list, starting from the version in If-Match."""
        version = version_of(request)
        wanted = boxes_in(request, self.image)
        names = MutationSerializer(data=request.data)
        names.is_valid(raise_exception=True)
        boxes.save(self.image, wanted, version=version, user=request.user, **names.validated_data)
        return boxes_out(self.image)
