"""REST: a project's labels as files, sent while they are made."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request

from annotations import exports
from annotations.api.media import AnyFormat
from annotations.api.scope import ProjectScope
from annotations.models import Project, Split

KINDS = {"zip": "application/zip", "json": "application/json", "csv": "text/csv; charset=utf-8"}
Writer = Callable[..., Iterator[bytes]]


def gathered(chunks: Iterable[bytes], *, least: int = 2**16) -> Iterator[bytes]:
    """Yield CHUNKS put together to at least LEAST bytes each: a line at a time is slow on the wire."""
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

    split = serializers.ChoiceField(Split.choices, required=False, help_text="All splits unless told.")
    images = serializers.BooleanField(default=False, help_text="Archives only: the originals too.")


class Download(ProjectScope, generics.GenericAPIView):
    """Base of the views that send a file while it is made; `file` is its name."""

    content_negotiation_class = AnyFormat
    serializer_class = ExportSerializer
    filter_backends: list = []
    file = ""

    def chunks(self, project: Project, **options) -> Iterator[bytes]:
        """Return the bytes of the file."""
        raise NotImplementedError

    @extend_schema(parameters=[ExportSerializer], responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Send the file."""
        asked = {name: value for name, value in request.query_params.dict().items() if value}
        serializer = self.get_serializer(data=asked)
        serializer.is_valid(raise_exception=True)
        return StreamingHttpResponse(
            gathered(self.chunks(self.project, **serializer.validated_data)),
            content_type=KINDS[self.file.rpartition(".")[2]],
            headers={
                "Content-Disposition": f'attachment; filename="{self.project.slug}-{self.file}"',
                "Cache-Control": "private, no-store",
                # A proxy that keeps all of it back before sending would undo the streaming.
                "X-Accel-Buffering": "no",
            },
        )


WRITERS: dict[str, Writer] = {
    "voc.zip": exports.voc_zip,
    "coco.json": exports.coco_json,
    "yolo.zip": exports.yolo_zip,
    "boxes.csv": exports.boxes_csv,
}


class LabelExport(Download):
    """The labels of a project: what people labeled, and what was labeled automatically."""

    def chunks(self, project: Project, *, split: str | None = None, images: bool = False) -> Iterator[bytes]:
        """Return the bytes of the file, made chunk by chunk."""
        write = WRITERS[self.file]
        if self.file.endswith(".zip"):
            write = partial(write, with_images=images)
        return write(project, split=split)
