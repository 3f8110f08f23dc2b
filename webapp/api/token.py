"""REST: the token for scripts."""

from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.request import Request
from rest_framework.response import Response


class TokenCall(ObtainAuthToken):
    """Get the token for scripts."""

    def post(self, request: Request, *args, **kwargs) -> Response:
        """Answer the token of a person who gives name and password; it stays the same until renewed."""
        return super().post(request, *args, **kwargs)
