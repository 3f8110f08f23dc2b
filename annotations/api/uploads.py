"""REST: many files at once into a project."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.images import ImageList
from annotations.errors import BlemishError
from annotations.formats import registry
from annotations.intake import annotation_uploads, archives, ingest
from annotations.models import Split


class UploadSerializer(serializers.Serializer):
    """Images, VOC annotations beside them or later, zip archives of images and labels, and what is known."""

    files = serializers.ListField(
        child=serializers.FileField(allow_empty_file=True, max_length=None),
        allow_empty=False,
        max_length=1000,
    )
    part = serializers.CharField(max_length=120, required=False, allow_blank=True)
    lot = serializers.CharField(max_length=120, required=False, allow_blank=True)
    line = serializers.CharField(max_length=120, required=False, allow_blank=True)
    captured_at = serializers.DateTimeField(required=False)
    split = serializers.ChoiceField(
        Split.choices,
        required=False,
        allow_blank=True,
        help_text="By part or pixels by default.",
    )
    format = serializers.ChoiceField(
        [(row.name, row.label) for row in registry.readable()],
        required=False,
        allow_blank=True,
        help_text="The format of the labels in zip archives; found out from the files unless told.",
    )


class AddedSerializer(serializers.Serializer):
    """A file that went in."""

    name = serializers.CharField()
    id = serializers.IntegerField()


class AnnotatedSerializer(AddedSerializer):
    """A VOC file whose boxes the image of this id has now."""

    boxes = serializers.IntegerField()


class RefusedSerializer(serializers.Serializer):
    """A file that did not, and why."""

    name = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    """What became of each file; `code` is there when none went in."""

    images = AddedSerializer(many=True)
    archives = AddedSerializer(
        many=True, help_text="Zip archives that a worker unpacks; ask /api/archives/{id}/."
    )
    annotations = AnnotatedSerializer(many=True)
    failed = RefusedSerializer(many=True)
    code = serializers.CharField(required=False)


def is_annotation(file: UploadedFile) -> bool:
    """Return whether `file` goes by its name as a VOC annotation."""
    return (file.name or "").lower().endswith(".xml")


class Images(ImageList):
    """List the images of a project, and upload more."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={
            201: OutcomeSerializer,
            207: OpenApiResponse(OutcomeSerializer, "Some files were refused."),
            400: OpenApiResponse(OutcomeSerializer, "All files were refused."),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Take every file that can be taken; a bad one stops none of the rest."""
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        known = serializer.validated_data
        files = known.pop("files")
        form = known.pop("format", "")
        outcome: dict[str, list[dict[str, Any]]] = {
            "images": [],
            "annotations": [],
            "archives": [],
            "failed": [],
        }
        # Images first: an annotation may be that of an image beside it.
        for file in sorted(files, key=is_annotation):
            try:
                if is_annotation(file):
                    image = annotation_uploads.annotate(self.project, file.name, file, user=request.user)
                    row = {"name": file.name, "id": image.pk, "boxes": image.box_count}
                    outcome["annotations"].append(row)
                elif archives.is_archive(file.name):
                    archive = archives.receive(
                        self.project, file.name, file, user=request.user, metadata={**known, "format": form}
                    )
                    outcome["archives"].append({"name": archive.name, "id": archive.pk})
                else:
                    image = ingest.add_image(self.project, file.name, file, user=request.user, **known)
                    outcome["images"].append({"name": image.name, "id": image.pk})
            except BlemishError as error:
                row = {**error.extra, "name": file.name, "code": error.get_codes(), "detail": str(error)}
                outcome["failed"].append(row)
        failed = outcome["failed"]
        if len(failed) == len(files):
            return Response({**outcome, "code": failed[0]["code"]}, status=status.HTTP_400_BAD_REQUEST)
        return Response(outcome, status=status.HTTP_207_MULTI_STATUS if failed else status.HTTP_201_CREATED)
