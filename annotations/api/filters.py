"""REST: the filters of the image list, with the order, and the project of the request's address."""

import django_filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from annotations.api.pagination import ORDERINGS
from annotations.listing.filters import ImageFilter
from annotations.models import Project


class ImageListFilter(ImageFilter):
    """The filters that the pages have too, and `ordering`."""

    ordering = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ChoiceFilter(
            choices=[(name, name) for name in ORDERINGS],
            method="keep_all",
            help_text="id (default), -id, name or -name.",
        )
    )

    @property
    def project(self) -> Project:
        """Return the project given, or that of the request's address."""
        return self.given_project or self.request.parser_context["view"].project
