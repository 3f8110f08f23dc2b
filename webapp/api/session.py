"""REST: the session of a browser."""

from django.contrib.auth import login
from django.middleware.csrf import get_token
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.authentication import PageSession
from webapp.forms.entry import SignInForm


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
            sentences = [str(sentence) for field in form.errors.values() for sentence in field]
            raise serializers.ValidationError({"detail": " ".join(sentences)})
        login(request._request, form.get_user())
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        user = request._request.user
        person = {"id": user.pk, "name": user.get_username()} if user.is_authenticated else None
        return Response({"person": person, "csrf_token": get_token(request._request)})
