"""REST below /api/: everything of the four apps, the token, the schema and its docs."""

from django.contrib.auth import login
from django.middleware.csrf import get_token
from django.urls import include, path, re_path
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView
from rest_framework import generics, serializers
from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.api.authentication import PageSession
from annotations.api.scope import ProjectScope
from annotations.models import Split
from webapp.charts import project_statistics
from webapp.forms.entry import SignInForm


class TokenCall(ObtainAuthToken):
    """The way to a token for scripts."""

    def post(self, request: Request, *args, **kwargs) -> Response:
        """Answer the token of a person who gives name and password; it stays the same until renewed."""
        return super().post(request, *args, **kwargs)


class PersonSerializer(serializers.Serializer):
    """Somebody who is signed in."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class SessionSerializer(serializers.Serializer):
    """Who is signed in in this browser, and the token that a write must carry."""

    person = PersonSerializer(allow_null=True)
    csrf_token = serializers.CharField()


class SignInSerializer(serializers.Serializer):
    """A name and a password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096, trim_whitespace=False)


@method_decorator([csrf_protect, never_cache], name="dispatch")
class Session(generics.GenericAPIView):
    """The session of a browser, for pages that stay open while it ends."""

    serializer_class = SignInSerializer
    authentication_classes = [PageSession]
    permission_classes: list = []

    @extend_schema(responses=SessionSerializer)
    def get(self, request: Request) -> Response:
        """Answer who is signed in, or null, with a fresh token."""
        return self._answer(request)

    @extend_schema(responses={200: SessionSerializer, 400: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Sign in by name and password, as the sign-in page does."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        form = SignInForm(request._request, data=serializer.validated_data)
        if not form.is_valid():
            sentences = [sentence for field in form.errors.values() for sentence in field]
            raise serializers.ValidationError({"detail": " ".join(sentences)})
        login(request._request, form.get_user())
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        user = request._request.user
        person = {"id": user.pk, "name": user.get_username()} if user.is_authenticated else None
        return Response({"person": person, "csrf_token": get_token(request._request)})


@extend_schema(exclude=True)
class ApiNotFound(APIView):
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
        return Response(
            project_statistics.collect(
                self.project, project_statistics.Selection(**serializer.validated_data)
            )
        )


app_name = "api"
urlpatterns = [
    path("", include("annotations.api.urls")),
    path("", include("inference.api.urls")),
    path("", include("training.api.urls")),
    path("projects/<slug:slug>/stats/", Stats.as_view(), name="stats"),
    path("session/", Session.as_view(), name="session"),
    path("token/", TokenCall.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    # With its slash, so that a call that forgot its own is still sent on to the right address.
    re_path(r"^[\s\S]*/$", ApiNotFound.as_view(), name="nowhere"),
]
