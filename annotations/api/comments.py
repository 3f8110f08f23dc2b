"""REST: the comments on an image, in threads."""

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.fields import NumberField
from annotations.api.scope import ErrorSerializer, ImageScope
from annotations.labeling import comments
from annotations.models import Comment, Image, Role

GONE = "There is no such comment; it may have been deleted."


class ReplySerializer(serializers.ModelSerializer):
    """One comment of a person."""

    author = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    deleted = serializers.SerializerMethodField(help_text="Its words were taken back; the answers stay.")
    uid = serializers.UUIDField(help_text="Made by the client: the same post sent twice is kept once.")
    text = serializers.CharField(help_text=f"At most {comments.MAX_LETTERS:,} letters.")

    class Meta:
        model = Comment
        fields = ["id", "uid", "author", "text", "created_at", "edited_at", "deleted"]
        read_only_fields = ["id", "created_at", "edited_at"]
        validators: list = []

    def get_deleted(self, comment: Comment) -> bool:
        """Return whether its words were taken back."""
        return comment.deleted_at is not None


class ThreadSerializer(ReplySerializer):
    """A thread with its place in pixels of the original, its replies and its end."""

    x = NumberField(required=False, allow_null=True, help_text="None for the image as a whole.")
    y = NumberField(required=False, allow_null=True)
    box = serializers.UUIDField(
        source="box_uid", required=False, allow_null=True, help_text="The pin goes where this box goes."
    )
    needs_help = serializers.BooleanField(
        required=False, help_text="Puts the image into the review queue until it is resolved."
    )
    resolved_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    replies = ReplySerializer(many=True, read_only=True)

    class Meta(ReplySerializer.Meta):
        fields = [
            *ReplySerializer.Meta.fields,
            "number",
            "x",
            "y",
            "box",
            "needs_help",
            "resolved_at",
            "resolved_by",
            "replies",
        ]
        read_only_fields = [*ReplySerializer.Meta.read_only_fields, "number", "resolved_at"]


class ChangeSerializer(serializers.Serializer):
    """What may be changed of a comment; what is left out stays."""

    text = serializers.CharField(required=False, help_text="The author's alone.")
    x = NumberField(required=False, allow_null=True, help_text="The place is the author's alone.")
    y = NumberField(required=False, allow_null=True)
    box = serializers.UUIDField(required=False, allow_null=True)
    resolved = serializers.BooleanField(required=False)
    needs_help = serializers.BooleanField(required=False)


def _answer(image: Image, comment: Comment, code: int = status.HTTP_200_OK) -> Response:
    """Answer with the whole thread of `comment` as it stands now."""
    thread = comments.threads(image).get(pk=comment.parent_id or comment.pk)
    return Response(ThreadSerializer(thread).data, status=code)


def _place(values: dict, box: str) -> comments.Place:
    return comments.Place(x=values.get("x"), y=values.get("y"), box=values.get(box))


class CommentList(ImageScope, generics.GenericAPIView):
    """The threads of an image."""

    serializer_class = ThreadSerializer
    filter_backends: list = []
    pagination_class = None

    @extend_schema(responses=ThreadSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Answer all threads with their replies, in the order of their numbers."""
        return Response(ThreadSerializer(comments.threads(self.image), many=True).data)

    @extend_schema(responses={201: ThreadSerializer, 200: ThreadSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Begin a thread; a second post of the same `uid` answers 200 and the thread that is there."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        thread, new = comments.begin(
            self.image,
            uid=values["uid"],
            text=values["text"],
            user=request.user,
            place=_place(values, "box_uid"),
            needs_help=values.get("needs_help", False),
        )
        return _answer(self.image, thread, status.HTTP_201_CREATED if new else status.HTTP_200_OK)


class CommentScope(ImageScope):
    """Mix into a view whose address holds a comment's `pk`."""

    comment: Comment

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Fetch the comment for a member of its image's project; 404 for everybody else."""
        comment = Comment.objects.filter(pk=kwargs["pk"]).first()
        try:
            super().initial(request, *args, **{**kwargs, "pk": comment.image_id if comment else -1})
        except NotFound:
            raise NotFound(GONE) from None
        assert comment is not None  # no image has the number -1
        self.comment = comment
        self.comment.image = self.image


class CommentDetail(CommentScope, generics.GenericAPIView):
    """One comment: a thread's first one, or a reply."""

    serializer_class = ChangeSerializer
    roles: dict[str, Role] = {}

    @extend_schema(responses={200: ThreadSerializer, 403: OpenApiResponse(ErrorSerializer, "Not yours.")})
    def patch(self, request: Request, pk: int) -> Response:
        """Change words, place, end or call for help; answers the whole thread."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        moved = any(name in values for name in ("x", "y", "box"))
        changed = comments.change(
            self.comment,
            user=request.user,
            text=values.get("text"),
            place=_place(values, "box") if moved else None,
            resolved=values.get("resolved"),
            needs_help=values.get("needs_help"),
        )
        return _answer(self.image, changed)

    @extend_schema(
        responses={204: None, 403: OpenApiResponse(ErrorSerializer, "Neither yours nor engineer.")}
    )
    def delete(self, request: Request, pk: int) -> Response:
        """Delete the caller's own comment; an engineer may delete anybody's."""
        comments.delete(self.comment, user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ReplyList(CommentScope, generics.GenericAPIView):
    """The replies of a thread."""

    serializer_class = ReplySerializer

    @extend_schema(responses={201: ThreadSerializer, 200: ThreadSerializer, 409: ErrorSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Answer a thread; a second post of the same `uid` changes nothing. Answers the whole thread."""
        if self.comment.parent_id is not None:
            raise NotFound("A reply cannot be answered; answer its thread.")
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        _, new = comments.reply(self.comment, uid=values["uid"], text=values["text"], user=request.user)
        return _answer(self.image, self.comment, status.HTTP_201_CREATED if new else status.HTTP_200_OK)
