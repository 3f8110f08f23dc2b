"""REST: the history of an image, and restoring one of its revisions."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Func, IntegerField
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from annotations.api.boxes import BoxListSerializer, BoxSerializer, boxes_out
from annotations.api.scope import ErrorSerializer, ImageScope, StaleSerializer, version_of
from annotations.labeling import boxes
from annotations.models import Revision

PAGE = 100
LARGEST_PAGE = 500


class Length(Func):
    """How many items the list in a JSON column has, counted by the database."""

    function = "JSON_ARRAY_LENGTH"
    output_field = IntegerField()

    def as_postgresql(self, compiler, connection, **context):
        """Count by the function of PostgreSQL's binary JSON."""
        return self.as_sql(compiler, connection, function="JSONB_ARRAY_LENGTH", **context)


class RevisionSerializer(serializers.ModelSerializer):
    """The box list at one version, with who made it, when and why."""

    author = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    box_count = serializers.IntegerField(read_only=True)
    boxes = BoxSerializer(many=True, read_only=True, required=False, help_text="Left out with `boxes=0`.")

    class Meta:
        model = Revision
        fields = ["version", "author", "reason", "created_at", "box_count", "boxes"]
        read_only_fields = fields

    def to_representation(self, revision: Revision) -> dict:
        """Return the revision; its boxes are kept in the wire format already."""
        author = revision.author.get_username() if revision.author else None
        row = {
            "version": revision.version,
            "author": author,
            "reason": revision.reason,
            "created_at": self.fields["created_at"].to_representation(revision.created_at),
            "box_count": getattr(revision, "box_count"),  # noqa: B009 (annotated by _revisions)
        }
        return row if self.context.get("light") else {**row, "boxes": revision.boxes}


class PageSerializer(serializers.Serializer):
    """Which part of a history is wanted."""

    before = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="Only versions below this one."
    )
    page_size = serializers.IntegerField(
        default=PAGE, min_value=1, max_value=LARGEST_PAGE, help_text=f"At most {LARGEST_PAGE}."
    )
    boxes = serializers.BooleanField(default=True, help_text="0 leaves the boxes out, which is much lighter.")


class RevisionPages(BasePagination):
    """A plain list, newest first; the `Link` header leads to the older ones."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the part of `queryset` that the caller wants."""
        wanted = view.wanted
        if wanted.get("before") is not None:
            queryset = queryset.filter(version__lt=wanted["before"])
        rows = list(queryset[: wanted["page_size"] + 1])
        page = rows[: wanted["page_size"]]
        self.next = None
        if len(rows) > len(page):
            url = request.build_absolute_uri()
            self.next = replace_query_param(url, "before", page[-1].version)
        return page

    def get_paginated_response(self, data) -> Response:
        """Answer `data` as it is, with the address of the next part in the header."""
        return Response(data, headers={"Link": f'<{self.next}>; rel="next"'} if self.next else None)

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """Return `schema`: the body is the list itself."""
        return schema


def _revisions(image):
    return Revision.objects.filter(image=image).select_related("author").annotate(box_count=Length("boxes"))


class RevisionList(ImageScope, generics.ListAPIView):
    """The history of an image, newest first."""

    serializer_class = RevisionSerializer
    queryset = Revision.objects.none()
    pagination_class = RevisionPages
    filter_backends: list = []
    wanted: dict

    @extend_schema(parameters=[PageSerializer])
    def get(self, request: Request, pk: int) -> Response:
        """Answer who saved the boxes when and why; `boxes=0` leaves them out; `Link` leads on."""
        serializer = PageSerializer(data=request.query_params.dict())
        serializer.is_valid(raise_exception=True)
        self.wanted = serializer.validated_data
        return self.list(request)

    def get_queryset(self):
        """Return the revisions of the image."""
        rows = _revisions(self.image)
        return rows if self.wanted["boxes"] else rows.defer("boxes")

    def get_serializer_context(self) -> dict:
        """Return what the serializer needs to know: whether boxes are wanted."""
        return {
            **super().get_serializer_context(),
            "light": not getattr(self, "wanted", {}).get("boxes", True),
        }


class RevisionDetail(ImageScope, generics.GenericAPIView):
    """One revision of an image."""

    serializer_class = RevisionSerializer

    @extend_schema(responses={200: RevisionSerializer, 404: ErrorSerializer})
    def get(self, request: Request, pk: int, version: int) -> Response:
        """Answer one revision with its boxes."""
        revision = _revisions(self.image).filter(version=min(version, 2**31 - 1)).first()
        if revision is None:
            raise NotFound(f"{self.image.name} has no version {version}.")
        return Response(self.get_serializer(revision).data)


class RestoreSerializer(serializers.Serializer):
    """Which revision comes back; 0 is the image before its first save."""

    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class Restore(ImageScope, generics.GenericAPIView):
    """Restore a revision."""

    serializer_class = RestoreSerializer

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "If-Match", str, OpenApiParameter.HEADER, description="Refuse (412) unless still at it."
            )
        ],
        responses={200: BoxListSerializer, 404: ErrorSerializer, 412: StaleSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Make a new revision with the boxes of an old one.

        It says what shall stand there whatever stands there now, and the history keeps that: so the
        version started from may be left out.
        """
        current = version_of(request) if "If-Match" in request.headers else self.image.version
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        wanted = serializer.validated_data["version"]
        boxes.restore(self.image, revision_version=wanted, version=current, user=request.user)
        return boxes_out(self.image)
