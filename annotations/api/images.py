"""REST: the images of a project as a list, and one by one."""

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from annotations.api.filters import ImageListFilter
from annotations.api.pagination import ImagePagination
from annotations.api.scope import ImageScope, ProjectScope
from annotations.labeling import comments
from annotations.labeling.image_wire import STORED, image_to_wire
from annotations.models import Image


class LeaseSerializer(serializers.Serializer):
    """Who works on an image, and until when unless renewed."""

    user = serializers.CharField()
    expires_at = serializers.DateTimeField()
    seconds_left = serializers.FloatField(help_text="By the server's clock; the caller's may be wrong.")


class ImageSerializer(serializers.ModelSerializer):
    """An image without its boxes."""

    # `labeling.image_wire` makes the values, which the label page embeds too; the fields are the schema.
    file = serializers.CharField(read_only=True, help_text="Address of the original.")
    view = serializers.CharField(read_only=True, help_text="Address of the picture for a browser.")
    thumbnail = serializers.CharField(read_only=True, help_text="Address of the small picture.")
    pixels = serializers.CharField(
        read_only=True, help_text="Address of a small image's native gray levels, or empty."
    )
    tiles = serializers.CharField(
        read_only=True, help_text="Address that describes a large image's tiles, or empty."
    )
    labeled_by = serializers.SlugRelatedField[User]("username", read_only=True, allow_null=True)
    open_comments = serializers.IntegerField(read_only=True, help_text="Threads that nobody has resolved.")
    lease = LeaseSerializer(read_only=True, allow_null=True, help_text="Who works on it now, if anybody.")

    class Meta:
        model = Image
        fields = [
            "id",
            *STORED,
            "captured_at",
            "labeled_by",
            "labeled_at",
            "created_at",
            "open_comments",
            "lease",
            "file",
            "view",
            "thumbnail",
            "pixels",
            "tiles",
        ]
        read_only_fields = fields

    def to_representation(self, instance: Image) -> dict:
        """Return the values of the image by the names of the fields."""
        return image_to_wire(instance)


class ImageList(ProjectScope, generics.ListAPIView):
    """The images of a project, in pages."""

    serializer_class = ImageSerializer
    filterset_class = ImageListFilter
    pagination_class = ImagePagination
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
