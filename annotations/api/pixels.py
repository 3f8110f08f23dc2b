"""REST: native gray levels for the viewer: small images in one piece, large ones in tiles."""

import gzip
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.media import ASK_AGAIN, FOR_EVER, MARK, Picture
from annotations.api.scope import ErrorSerializer, ImageScope
from annotations.errors import BlemishError
from annotations.imaging import decoding, previews, pyramids, raster_tiles
from annotations.imaging.addresses import fingerprint, with_fingerprint
from annotations.models import Pyramid, PyramidState

SAMPLES: dict[str, Any] = {
    "parameters": [MARK],
    "responses": {(200, "application/octet-stream"): OpenApiTypes.BINARY, 304: None, 404: ErrorSerializer},
}


class TilesPending(BlemishError):
    """The tiles are still being cut."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "tiles_pending"
    default_detail = "The tiles of this image are being made; ask again in a moment."


class TilesFailed(BlemishError):
    """The tiles cannot be made."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "tiles_failed"
    default_detail = "No tiles can be made of this file."


class TileLost(BlemishError):
    """A stored tile cannot be read; a worker cuts it again."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "tile_lost"
    default_detail = "This tile cannot be read; the tiles are being made again."


class PixelsRefused(BlemishError):
    """Native levels that cannot be had in one piece."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "no_pixels"
    default_detail = "This image is too large for one piece: take its tiles."


class LevelSerializer(serializers.Serializer):
    """One size of the image; level 0 is the original."""

    width = serializers.IntegerField()
    height = serializers.IntegerField()
    columns = serializers.IntegerField()
    rows = serializers.IntegerField()


class HistogramSerializer(serializers.Serializer):
    """Counts of the native levels, all colors together."""

    low = serializers.IntegerField(help_text="The lowest level in the image, where the first count begins.")
    high = serializers.IntegerField(help_text="The highest level in the image.")
    step = serializers.IntegerField(help_text="Levels per count.")
    counts = serializers.ListField(child=serializers.IntegerField())


class TilesSerializer(serializers.Serializer):
    """How a large image is cut."""

    tile = serializers.IntegerField(help_text="Pixels a side; tiles at the right and lower edge are smaller.")
    levels = LevelSerializer(many=True)
    histogram = HistogramSerializer()
    address = serializers.CharField(help_text="Put level, column and row, from 0, into its braces.")


def send_samples(request: Request, tag: str, read) -> HttpResponse:
    """Answer with the packed bytes that `read` returns, under the ETag `tag`; 304 when unchanged."""
    headers = {
        "ETag": f'"{tag}"',
        "Cache-Control": FOR_EVER if request.query_params.get("v") == tag else ASK_AGAIN,
    }
    if f'"{tag}"' in request.headers.get("If-None-Match", "").replace("W/", ""):
        answer = HttpResponse(status=304, headers=headers)
    else:
        data = read()
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            data = gzip.decompress(data)
        answer = HttpResponse(data, content_type="application/octet-stream", headers=headers)
    patch_vary_headers(answer, ["Accept-Encoding"])
    return answer


class Pixels(ImageScope, Picture):
    """The native levels of a small image in one piece."""

    @extend_schema(**SAMPLES)
    def get(self, request: Request, pk: int) -> HttpResponse:
        """Send the levels, row by row, color interleaved; of 16 bits all high bytes, then all low bytes."""
        if pyramids.is_large(self.image):
            raise PixelsRefused()
        return send_samples(request, fingerprint(self.image.file.name), self._read)

    def _read(self) -> bytes:
        try:
            with self.image.file.open("rb") as stream:
                levels = decoding.read_pixels(
                    stream, name=self.image.name, max_pixels=settings.BLEMISH_MAX_PIXELS
                )
        except decoding.UnreadableImage as error:
            raise PixelsRefused(str(error)) from error
        except OSError as error:
            raise NotFound(f"The stored file of {self.image.name} cannot be read.") from error
        return raster_tiles.pack(levels)


class TilesScope(ImageScope):
    """Mix into a view of a large image's tiles: fetches their row, and asks for those that nobody made."""

    pyramid: Pyramid

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Fetch the image and its tiles; raises TilesPending, TilesFailed, NotFound."""
        super().initial(request, *args, **kwargs)
        if not pyramids.is_large(self.image):
            raise NotFound("This image has no tiles: take its pixels in one piece.")
        self.pyramid = Pyramid.objects.filter(image=self.image).first() or self._wanted()
        self.pyramid.image = self.image
        # While tiles are cut again, those that are left serve on.
        if not self.pyramid.folder:
            if self.pyramid.state == PyramidState.FAILED:
                raise TilesFailed(self.pyramid.error or None)
            raise TilesPending()

    def _wanted(self) -> Pyramid:
        pyramid = pyramids.of(self.image)
        transaction.on_commit(lambda: previews.request_views([self.image.pk]))
        return pyramid

    def handle_exception(self, exc: Exception) -> Response:
        """Say when to come back for tiles that are being made."""
        response = super().handle_exception(exc)
        if isinstance(exc, TilesPending | TileLost):
            response["Retry-After"] = "1"
            response["Cache-Control"] = "no-store"
        return response


class Tiles(TilesScope, generics.GenericAPIView):
    """How a large image is cut."""

    serializer_class = TilesSerializer
    filter_backends: list = []

    def get(self, request: Request, pk: int) -> Response:
        """Describe the levels and give the tiles' address; 404 with `tiles_pending` while they are made."""
        address = reverse("api:image-tile", args=[self.image.pk, 0, 0, 0]).replace(
            "0/0/0/", "{level}/{column}/{row}/"
        )
        data = {
            "tile": self.pyramid.tile_side,
            "levels": [vars(level) for level in pyramids.levels_of(self.pyramid)],
            "histogram": self.pyramid.histogram,
            "address": with_fingerprint(address, self.pyramid.folder),
        }
        return Response(data, headers={"Cache-Control": "private, no-cache"})


class Tile(TilesScope, Picture):
    """One tile of a large image in native levels."""

    @extend_schema(operation_id="images_tile_retrieve", **SAMPLES)
    def get(self, request: Request, pk: int, level: int, column: int, row: int) -> HttpResponse:
        """Send the levels, row by row, color interleaved; of 16 bits all high bytes, then all low bytes."""
        levels = pyramids.levels_of(self.pyramid)
        if level >= len(levels) or not levels[level].holds(column, row):
            raise NotFound(f"{self.image.name} has no tile {column}, {row} at level {level}.")
        name = pyramids.tile_name(self.pyramid.folder, level, column, row)
        return send_samples(request, fingerprint(self.pyramid.folder), lambda: self._read(name))

    def _read(self, name: str) -> bytes:
        try:
            with default_storage.open(name, "rb") as stream:
                return stream.read()
        except OSError as error:
            if pyramids.renew(self.pyramid):
                transaction.on_commit(lambda: previews.request_views([self.image.pk]))
            raise TileLost() from error
