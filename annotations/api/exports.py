"""REST: a project's labels as files, sent while they are made."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request

from annotations import exports
from annotations.api.media import AnyFormat
from annotations.api.scope import ProjectScope
from annotations.formats import registry
from annotations.formats.dataset_format import DatasetFormat
from annotations.models import Project, Split


def gathered(chunks: Iterable[bytes], *, least: int = 2**16) -> Iterator[bytes]:
    """Yield `chunks` put together to at least `least` bytes each: a line at a time is slow on the wire."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) >= least:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


class ExportSerializer(serializers.Serializer):
    """What goes into the file."""

    split = serializers.ChoiceField(Split.choices, required=False, help_text="All splits by default.")
    images = serializers.BooleanField(default=False, help_text="Archives only: the originals too.")


class Download(ProjectScope, generics.GenericAPIView):
    """Base of the views that send a file while it is made; `row` is its format."""

    content_negotiation_class = AnyFormat
    serializer_class: type[serializers.Serializer] = ExportSerializer
    filter_backends: list = []
    row: DatasetFormat = registry.formats()[0]  # each address sets its own

    def chunks(self, project: Project, options: dict[str, Any]) -> Iterator[bytes]:
        """Return the bytes of the file; `options` are what the serializer has read."""
        raise NotImplementedError

    @extend_schema(parameters=[ExportSerializer], responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Send the file."""
        sent = {name: value for name, value in request.query_params.dict().items() if value}
        serializer = self.get_serializer(data=sent)
        serializer.is_valid(raise_exception=True)
        return StreamingHttpResponse(
            gathered(self.chunks(self.project, serializer.validated_data)),
            content_type=self.row.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{self.project.slug}-{self.row.file_name}"',
                "Cache-Control": "private, no-store",
                # A proxy that keeps all of it back before sending would undo the streaming.
                "X-Accel-Buffering": "no",
            },
        )


class LabelExport(Download):
    """The labels of a project: what people labeled, and what was labeled automatically."""

    def chunks(self, project: Project, options: dict[str, Any]) -> Iterator[bytes]:
        """Return the bytes of the file, made chunk by chunk."""
        split, images = options.get("split"), options["images"]
        return self.row.chunks(exports.dataset(project, self.row, split=split, with_images=images))
