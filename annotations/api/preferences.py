"""REST: a person's preferences for display and keys, for all pages and per project."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotations.api.scope import ErrorSerializer, ProjectScope
from annotations.labeling import preferences
from annotations.models import Project

ONE = extend_schema(
    request=OpenApiTypes.OBJECT,
    responses={
        200: OpenApiTypes.OBJECT,
        400: OpenApiResponse(ErrorSerializer, "No object, or over 16 KB: `invalid_preference`."),
    },
)
ANY = extend_schema(responses=OpenApiTypes.OBJECT)


@extend_schema_view(get=extend_schema(operation_id="preferences_list"))
class PreferenceList(APIView):
    """The caller's preferences, by name."""

    def of_project(self) -> Project | None:
        """Return the project that they belong to, None for those of all pages."""
        return None

    @ANY
    def get(self, request: Request, **_place: str) -> Response:
        """Answer all that the caller has chosen here, as {name: value}."""
        return Response(preferences.of(request.user, self.of_project()))


class PreferenceDetail(APIView):
    """One preference of the caller."""

    def of_project(self) -> Project | None:
        """Return the project that it belongs to, None for one of all pages."""
        return None

    @ANY
    def get(self, request: Request, name: str, **_place: str) -> Response:
        """Answer the value; an empty object when nothing was chosen yet."""
        return Response(preferences.of(request.user, self.of_project()).get(name, {}))

    @ONE
    def put(self, request: Request, name: str, **_place: str) -> Response:
        """Keep any JSON object of at most 16 KB under this name; the last write wins."""
        return Response(preferences.keep(request.user, name, request.data, project=self.of_project()))


@extend_schema_view(get=extend_schema(operation_id="projects_preferences_list"))
class ProjectPreferenceList(ProjectScope, PreferenceList):
    """The caller's preferences in one project, by name."""

    def of_project(self) -> Project:
        """Return the project of the address."""
        return self.project


class ProjectPreferenceDetail(ProjectScope, PreferenceDetail):
    """One preference of the caller in one project."""

    def of_project(self) -> Project:
        """Return the project of the address."""
        return self.project
