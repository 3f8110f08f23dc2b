"""REST: the order and the pages of lists."""

from rest_framework.pagination import CursorPagination

ORDERINGS = {"id": ("id",), "-id": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}


class ImagePagination(CursorPagination):
    """Pages of images by cursor: right while images come and go, and as quick at any depth."""

    page_size = 60
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_ordering(self, request, queryset, view) -> tuple[str, ...]:
        """Return the order that the caller asked for; the filter has refused unknown ones."""
        return ORDERINGS.get(request.query_params.get("ordering", "id"), ORDERINGS["id"])
