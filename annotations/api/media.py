"""REST: the pictures themselves, for members only."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, negotiation, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.scope import ErrorSerializer, ImageScope, NoInput
from annotations.errors import BlemishError
from annotations.imaging.addresses import fingerprint
from annotations.models import ViewState

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
MARK = OpenApiParameter("v", str, description="Mark of the rendering, as the image's row gives it.")


class ViewPending(BlemishError):
    """The browser's picture is still being made."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "view_pending"
    default_detail = "This picture is being made; ask again in a moment."


class ViewFailed(BlemishError):
    """The browser's picture cannot be made."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "view_failed"
    default_detail = "No picture can be made of this file."


class AnyFormat(negotiation.BaseContentNegotiation):
    """A picture has one format: an <img> that asks for others gets it all the same."""

    def select_parser(self, request, parsers):
        """Return the first parser; pictures take no body."""
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        """Return the first renderer, which errors use."""
        return renderers[0], renderers[0].media_type


def send(request: Request, stored: FieldFile, *, name: str) -> HttpResponseBase:
    """Answer with the `stored` file, shown as `name`; 304 when the caller has it. Raises NotFound when lost.

    Stored names are never used twice for different bytes, so a browser can keep an address with the file's
    fingerprint for ever.
    """
    tag = fingerprint(stored.name)
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": FOR_EVER if request.query_params.get("v") == tag else ASK_AGAIN,
    }
    if f'"{tag}"' in request.headers.get("If-None-Match", "").replace("W/", ""):
        return HttpResponse(status=304, headers=headers)
    try:
        file = stored.open("rb")
    except OSError as error:
        raise NotFound(f"The stored file of {name} cannot be read.") from error
    return FileResponse(file, filename=name, headers=headers)


class Picture(generics.GenericAPIView):
    """Base of the views that send a file."""

    serializer_class = NoInput
    content_negotiation_class = AnyFormat
    filter_backends = ()


PICTURE_SCHEMA = extend_schema(
    parameters=[MARK], responses={(200, "image/*"): OpenApiTypes.BINARY, 304: None, 404: ErrorSerializer}
)


class OriginalFile(ImageScope, Picture):
    """The original, untouched."""

    @PICTURE_SCHEMA
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Send the file as it was uploaded."""
        return send(request, self.image.file, name=self.image.name)


class RenderedFile(ImageScope, Picture):
    """A picture made of the original through the project's gray window; `field` names its column."""

    field = "view"
    # The gallery shows what can be restored.
    also_deleted = True

    @PICTURE_SCHEMA
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        """Send the picture; 404 with `view_pending` and Retry-After while it is being made."""
        stored = getattr(self.image, self.field)
        if not stored:
            if self.image.view_state == ViewState.FAILED:
                raise ViewFailed(self.image.view_error or None)
            raise ViewPending()
        stem = self.image.name.rpartition(".")[0] or self.image.name
        return send(request, stored, name=f"{stem}-{self.field}.{stored.name.rpartition('.')[2]}")

    def handle_exception(self, exc: Exception) -> Response:
        """Say when to come back for a picture that is being made."""
        response = super().handle_exception(exc)
        if isinstance(exc, ViewPending):
            response["Retry-After"] = "2"
            response["Cache-Control"] = "no-store"
        return response
