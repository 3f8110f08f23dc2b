"""Which images a list shows, and in what order and portions."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.pagination import CursorPagination

from annotations import comments
from annotations.models import Box, Image, ImageState, Split

ORDERINGS = {"id": ("id",), "-id": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}


class ImageFilter(django_filters.FilterSet):
    """Filters of the image list; all that are given must hold."""

    state = django_filters.MultipleChoiceFilter(choices=ImageState.choices)
    split = django_filters.MultipleChoiceFilter(choices=Split.choices)
    defect_type = django_filters.CharFilter(
        method="with_type", help_text="Images with a box of the type of this name."
    )
    lot = django_filters.CharFilter(help_text="Images of exactly this lot.")
    q = django_filters.CharFilter(method="with_words", help_text="Part of the image's or its part's name.")
    comments = django_filters.ChoiceFilter(
        choices=list(comments.KINDS.items()),
        method="with_talk",
        help_text="open: with threads that nobody resolved; help: that ask for help; any; none.",
    )
    ordering = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ChoiceFilter(
            choices=[(name, name) for name in ORDERINGS],
            method="unfiltered",
            help_text="id (default), -id, name or -name.",
        )
    )

    class Meta:
        model = Image
        fields = ["state", "split", "defect_type", "lot", "q", "comments"]

    def with_type(self, images, _field: str, name: str):
        """Keep the images that hold a box of the type NAME."""
        boxes = Box.objects.filter(image=OuterRef("pk"), defect_type__name=name)
        return images.filter(Exists(boxes))

    def with_words(self, images, _field: str, words: str):
        """Keep the images whose name or part contains WORDS."""
        return images.filter(Q(name__icontains=words) | Q(part__icontains=words))

    def with_talk(self, images, _field: str, kind: str):
        """Keep the images with comments of KIND."""
        return comments.only_with(images, kind)

    def unfiltered(self, images, _field: str, _value: str):
        """Keep all: the order is the pagination's."""
        return images


class ImagePages(CursorPagination):
    """Pages that stay right while images come and go, and cost the same at any depth."""

    page_size = 60
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_ordering(self, request, queryset, view) -> tuple[str, ...]:
        """Return the order that the caller asked for; the filter has refused unknown ones."""
        return ORDERINGS.get(request.query_params.get("ordering", "id"), ORDERINGS["id"])
