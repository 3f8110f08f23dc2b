"""REST: the images of a project as a list, one by one, and their upload."""

import hashlib

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers

from annotations.api.scope import ImageScope, ProjectScope
from annotations.imaging import pyramids
from annotations.labeling import comments
from annotations.listing.filters import ImageFilter, ImagePages
from annotations.models import Image, Lease


class LeaseSerializer(serializers.Serializer):
    """Who works on an image, and until when unless renewed."""

    user = serializers.CharField()
    expires_at = serializers.DateTimeField()
    seconds_left = serializers.FloatField(help_text="By the server's clock; the caller's may be wrong.")


def stamp(name: str | None) -> str:
    """Return the mark of a stored file's NAME for addresses and ETags; another rendering has another."""
    return hashlib.sha256(name.encode()).hexdigest()[:12] if name else ""


def media_url(image: Image, kind: str) -> str:
    """Return the address of IMAGE's `file`, `view` or `thumbnail`, cacheable for ever once it is there."""
    stored = getattr(image, kind)
    mark = stamp(stored.name)
    return reverse(f"api:image-{kind}", args=[image.pk]) + (f"?v={mark}" if mark else "")


def pixels_url(image: Image) -> str:
    """Return the address of a small image's native levels; a large one has none."""
    if pyramids.is_large(image):
        return ""
    return reverse("api:image-pixels", args=[image.pk]) + f"?v={stamp(image.file.name)}"


def tiles_url(image: Image) -> str:
    """Return the address that describes a large image's tiles; a small one has none."""
    return reverse("api:image-tiles", args=[image.pk]) if pyramids.is_large(image) else ""


def lease_to_wire(lease: Lease | None) -> dict | None:
    """Return who works on an image and until when, or None when nobody does any more."""
    if lease is None or (left := (lease.expires_at - timezone.now()).total_seconds()) <= 0:
        return None
    return {"user": lease.user.get_username(), "expires_at": lease.expires_at, "seconds_left": round(left, 1)}


class ImageSerializer(serializers.ModelSerializer):
    """An image without its boxes."""

    file = serializers.SerializerMethodField(help_text="Address of the original.")
    view = serializers.SerializerMethodField(help_text="Address of the picture for a browser.")
    thumbnail = serializers.SerializerMethodField(help_text="Address of the small picture.")
    pixels = serializers.SerializerMethodField(
        help_text="Address of a small image's native gray levels, or empty."
    )
    tiles = serializers.SerializerMethodField(
        help_text="Address that tells of a large image's tiles, or empty."
    )
    labeled_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    open_comments = serializers.SerializerMethodField(help_text="Threads that nobody has resolved.")
    lease = serializers.SerializerMethodField(help_text="Who works on it now, if anybody.")

    class Meta:
        model = Image
        fields = [
            "id",
            "name",
            "width",
            "height",
            "channels",
            "bit_depth",
            "format",
            "split",
            "state",
            "version",
            "box_count",
            "part",
            "lot",
            "line",
            "captured_at",
            "labeled_by",
            "labeled_at",
            "created_at",
            "open_comments",
            "lease",
            "view_state",
            "view_error",
            "file",
            "view",
            "thumbnail",
            "pixels",
            "tiles",
        ]
        read_only_fields = fields

    def get_file(self, image: Image) -> str:
        """Return the address of the original."""
        return media_url(image, "file")

    def get_view(self, image: Image) -> str:
        """Return the address of the browser's picture."""
        return media_url(image, "view")

    def get_thumbnail(self, image: Image) -> str:
        """Return the address of the thumbnail."""
        return media_url(image, "thumbnail")

    def get_pixels(self, image: Image) -> str:
        """Return the address of the native gray levels in one piece."""
        return pixels_url(image)

    def get_tiles(self, image: Image) -> str:
        """Return the address of what describes the tiles."""
        return tiles_url(image)

    def get_open_comments(self, image: Image) -> int:
        """Return how many threads are open."""
        return comments.open_count(image)

    @extend_schema_field(LeaseSerializer(allow_null=True))
    def get_lease(self, image: Image) -> dict | None:
        """Return the live lease."""
        return lease_to_wire(getattr(image, "lease", None))


class ImageList(ProjectScope, generics.ListAPIView):
    """The images of a project, in pages."""

    serializer_class = ImageSerializer
    filterset_class = ImageFilter
    pagination_class = ImagePages
    queryset = comments.count_open(Image.objects.select_related("labeled_by", "lease__user"))

    def get_queryset(self):
        """Return the images of the project."""
        return super().get_queryset().filter(project=self.project)


@extend_schema(responses=ImageSerializer)
class ImageDetail(ImageScope, generics.RetrieveAPIView):
    """One image without its boxes."""

    serializer_class = ImageSerializer

    def get_object(self) -> Image:
        """Return the image of the address."""
        return self.image
