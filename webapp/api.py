"""REST below /api/: everything of the four apps, the token, the schema and its docs."""

from django.urls import include, path, re_path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import generics, serializers
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.api.scope import ProjectScope
from annotations.models import Split
from webapp import stats


class TokenCall(ObtainAuthToken):
    """The way to a token for scripts."""

    def post(self, request: Request, *args, **kwargs) -> Response:
        """Answer the token of a person who gives name and password; it stays the same until renewed."""
        return super().post(request, *args, **kwargs)


@extend_schema(exclude=True)
class Nowhere(APIView):
    """Any other address: an error in the shape of all errors, not a page."""

    def initial(self, request: Request, *args, **kwargs) -> None:
        """Raise NotFound, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is no such call; /api/docs/ lists them all.")


class SelectionSerializer(serializers.Serializer):
    """Which images are counted; days are UTC and inclusive."""

    line = serializers.CharField(required=False)
    lot = serializers.CharField(required=False)
    split = serializers.ChoiceField(Split.choices, required=False)
    labeled_from = serializers.DateField(required=False)
    labeled_to = serializers.DateField(required=False)


class Stats(ProjectScope, generics.GenericAPIView):
    """The dashboard in numbers."""

    serializer_class = SelectionSerializer

    @extend_schema(parameters=[SelectionSerializer], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, slug: str) -> Response:
        """Answer everything that the dashboard draws, of all images or of a selection."""
        # A form sends what is left open as an empty text.
        asked = {name: value for name, value in request.query_params.dict().items() if value}
        serializer = self.get_serializer(data=asked)
        serializer.is_valid(raise_exception=True)
        return Response(stats.collect(self.project, stats.Selection(**serializer.validated_data)))


app_name = "api"
urlpatterns = [
    path("", include("annotations.api.urls")),
    path("", include("inference.api.urls")),
    path("", include("training.api")),
    path("projects/<slug:slug>/stats/", Stats.as_view(), name="stats"),
    path("token/", TokenCall.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    # With its slash, so that a call that forgot its own is still sent on to the right address.
    re_path(r"^[\s\S]*/$", Nowhere.as_view(), name="nowhere"),
]
