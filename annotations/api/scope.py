"""Views that live below a project or an image: fetched and authorised before any handler runs."""

import re
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from annotations import access
from annotations.errors import BlemishError, VersionRequired
from annotations.models import Image, Project, Role


class ProjectScope(APIView):
    """Mix into a view whose address holds a project's `slug`; `roles` says what a method takes."""

    roles: dict[str, Role] = {}
    project: Project

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Fetch the project for a member of at least the method's role (404 for strangers, 403 below it)."""
        super().initial(request, *args, **kwargs)
        role = self.roles.get(request.method or "", Role.INSPECTOR)
        self.project = access.get_project(request.user, kwargs["slug"], role=role)


class ImageScope(APIView):
    """Mix into a view whose address holds an image's `pk`; `roles` says what a method takes."""

    roles: dict[str, Role] = {}
    # Whether the view answers for an image whose deletion can still be taken back.
    also_deleted = False
    image: Image

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Fetch the image and its project, as ProjectScope does."""
        super().initial(request, *args, **kwargs)
        role = self.roles.get(request.method or "", Role.INSPECTOR)
        self.image = access.get_image(request.user, kwargs["pk"], role=role, deleted=self.also_deleted)


class VisibleScope(GenericAPIView):
    """Mix into a generic view of rows below a project, to which `project_field` leads."""

    project_field = "project"
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows that exist for the caller, so that a stranger gets what a wrong id gets."""
        visible = Project.objects.visible_to(self.request.user)
        return super().get_queryset().filter(**{f"{self.project_field}__in": visible})


class InvalidVersion(BlemishError):
    """A version that is no number of saves."""

    default_code = "invalid_version"
    default_detail = 'A version is a whole number, sent as If-Match: "<version>".'


def version_of(request: Request) -> int:
    """Return the version in the request's If-Match header; raises VersionRequired, InvalidVersion.

    A proxy that compresses turns "7" into W/"7"; both name version 7.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        raise VersionRequired()
    match = re.fullmatch(r'(?:W/)?"?([0-9]{1,9})"?', header)
    if match is None:
        raise InvalidVersion()
    return int(match.group(1))


class NoInput(serializers.Serializer):
    """A call without a body."""


class ErrorSerializer(serializers.Serializer):
    """What every error carries; an invalid field is named beside it, with its sentences."""

    code = serializers.CharField(help_text="For machines, for example `stale_version`.")
    detail = serializers.CharField(required=False, help_text="A sentence for people.")


class StaleSerializer(ErrorSerializer):
    """The boxes were saved meanwhile: what is there now."""

    version = serializers.IntegerField()
    boxes = serializers.ListField(child=serializers.DictField())
    saved_by = serializers.CharField(allow_null=True, required=False)
    applied = serializers.DictField(
        required=False, help_text="Which of the caller's unanswered mutations made it, as version and boxes."
    )


class LeasedSerializer(ErrorSerializer):
    """Somebody else works on the image."""

    holder = serializers.CharField()
    expires_at = serializers.DateTimeField()
    seconds_left = serializers.FloatField()
