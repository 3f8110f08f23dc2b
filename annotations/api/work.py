"""REST: who works on what: claims, leases and review decisions."""

from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import access
from annotations.api.boxes import BoxListSerializer, BoxSerializer, boxes_in
from annotations.api.images import ImageSerializer, LeaseSerializer
from annotations.api.scope import (
    ErrorSerializer,
    ImageScope,
    LeasedSerializer,
    NoInput,
    ProjectScope,
    StaleSerializer,
)
from annotations.labeling import leases, review, wire
from annotations.labeling.image_wire import image_to_wire, lease_to_wire
from annotations.models import Image, ReviewItem, ReviewReason, Role


class ReviewSerializer(serializers.Serializer):
    """Why a person is asked about an image, and what the model proposed."""

    id = serializers.IntegerField()
    reason = serializers.ChoiceField(ReviewReason.choices)
    reason_text = serializers.CharField()
    detail = serializers.CharField()
    help = serializers.BooleanField(help_text="A person asks; the image's comments say what.")
    model_name = serializers.CharField()
    round_number = serializers.IntegerField(allow_null=True)
    boxes = BoxSerializer(many=True)


class ClaimSerializer(serializers.Serializer):
    """Which queue the next image comes from."""

    queue = serializers.ChoiceField(["label", "review"], default="label")
    exclude = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**62),
        default=list,
        max_length=500,
        help_text="Ids of images to pass over: skipped, or open already.",
    )


CLAIMED = inline_serializer(
    "Claimed",
    {
        "image": ImageSerializer(),
        "lease": LeaseSerializer(),
        "version": serializers.IntegerField(),
        "boxes": BoxSerializer(many=True),
        "review": ReviewSerializer(allow_null=True),
    },
)


def review_to_wire(image: Image) -> dict | None:
    """Return the open review item of `image` with its proposed boxes, or None."""
    items = image.review_items.filter(state="open").select_related("proposal")
    item: ReviewItem | None = items.first()
    if item is None:
        return None
    proposed = []
    if item.proposal is not None:
        rows = item.proposal.boxes.select_related("proposal", "defect_type")
        proposed = [wire.proposed_to_wire(row) for row in rows.prefetch_related("defect_type__grades")]
    return {
        "id": item.pk,
        "reason": item.reason,
        "reason_text": item.get_reason_display(),
        "detail": item.detail,
        "help": item.help,
        "model_name": item.proposal.model_name if item.proposal else "",
        "round_number": item.proposal.round_number if item.proposal else None,
        "boxes": proposed,
    }


class Claim(ProjectScope, generics.GenericAPIView):
    """The next image to work on."""

    serializer_class = ClaimSerializer

    @extend_schema(responses={200: CLAIMED, 204: OpenApiResponse(description="None is left.")})
    def post(self, request: Request, slug: str) -> Response:
        """Lease the next image of a queue; the review queue is a reviewer's."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        queue = serializer.validated_data["queue"]
        if queue == "review":
            access.require(self.project, request.user, Role.REVIEWER)
        image = leases.claim(self.project, request.user, queue, exclude=serializer.validated_data["exclude"])
        if image is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(
            {
                "image": image_to_wire(image),
                "lease": lease_to_wire(leases.holder(image)),
                **wire.boxes_to_wire(image),
                "review": review_to_wire(image),
            }
        )


class RenewedSerializer(LeaseSerializer):
    """The caller's lease, and a fingerprint that changes with the defect types."""

    types = serializers.CharField()


class Lease(ImageScope, generics.GenericAPIView):
    """The lease of an image."""

    serializer_class = NoInput

    @extend_schema(request=None, responses={200: RenewedSerializer, 423: LeasedSerializer})
    def put(self, request: Request, pk: int) -> Response:
        """Renew the caller's lease, or take a free one; 423 names the holder."""
        lease = lease_to_wire(leases.take(self.image, request.user))
        return Response({**(lease or {}), "types": self.image.project.types_fingerprint()})

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Give the image back; another person's lease stays."""
        leases.release(self.image, request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DecisionFields(serializers.Serializer):
    """A decision without its boxes."""

    decision = serializers.ChoiceField(review.DECISIONS)
    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    mutation = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="A name of yours for this decision; sent again, it counts once.",
    )


class DecisionSerializer(DecisionFields):
    """A review decision; `boxes` go with `correct`, and may go with `accept`."""

    boxes = BoxSerializer(many=True, required=False, allow_null=True)


class DecisionInput(DecisionFields):
    """What the view reads itself; `labeling.wire` reads the boxes, and names what is wrong."""

    boxes = serializers.JSONField(required=False, allow_null=True)


class Decide(ImageScope, generics.GenericAPIView):
    """A decision on the open review item of an image."""

    serializer_class = DecisionInput
    roles = {"POST": Role.REVIEWER}

    @extend_schema(
        request=DecisionSerializer,
        responses={
            200: inline_serializer(
                "Decided",
                {
                    "id": serializers.IntegerField(),
                    "decision": serializers.ChoiceField(review.DECISIONS),
                    "image_state": serializers.CharField(),
                    **BoxListSerializer().get_fields(),
                },
            ),
            409: OpenApiResponse(ErrorSerializer, "Somebody else has decided."),
            412: StaleSerializer,
        },
    )
    def post(self, request: Request, pk: int) -> Response:
        """Accept, correct or reject what the model proposed."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        sent = boxes_in(request, self.image) if values.get("boxes") is not None else None
        item = review.decide(
            self.image,
            decision=values["decision"],
            boxes=sent,
            version=values["version"],
            user=request.user,
            mutation=values.get("mutation"),
        )
        self.image.refresh_from_db()
        return Response(
            {
                "id": item.pk,
                "decision": item.decision,
                "image_state": self.image.state,
                **wire.boxes_to_wire(self.image),
            }
        )
