"""REST: the answer at an address that does not exist."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


@extend_schema(exclude=True)
class ApiNotFound(APIView):
    """Any other address: an error in the shape of all errors, not a page."""

    def initial(self, request: Request, *args, **kwargs) -> None:
        """Raise NotFound, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound(f"There is no such call; {reverse('api:docs')} lists them all.")
