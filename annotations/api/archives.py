"""REST: how far the unpacking of an archive is."""

from datetime import timedelta

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations.api.scope import ErrorSerializer, NoInput, ProjectScope, VisibleScope
from annotations.intake import archives
from annotations.models import Archive

# So long a page that is opened anew shows what became of an archive.
SHOWN_FOR = timedelta(days=1)


class FailureSerializer(serializers.Serializer):
    """A file inside the archive that was not taken, and why."""

    name = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ArchiveSerializer(serializers.ModelSerializer):
    """An archive that is unpacked into a project; `known` images were there before, `refused` failed."""

    state_text = serializers.CharField(source="get_state_display", read_only=True)
    entries = serializers.IntegerField(source="members_total", read_only=True)
    entry = serializers.IntegerField(source="members_done", read_only=True)
    failures = FailureSerializer(many=True, read_only=True)

    class Meta:
        model = Archive
        fields = [
            "id",
            "name",
            "state",
            "state_text",
            "entries",
            "entry",
            "added",
            "annotated",
            "known",
            "refused",
            "failures",
            "error",
            "cancel_requested",
            "created_at",
            "finished_at",
        ]
        read_only_fields = fields


class ArchiveList(ProjectScope, generics.ListAPIView):
    """The caller's archives of the last day, newest first."""

    serializer_class = ArchiveSerializer
    filter_backends: list = []
    pagination_class = None
    queryset = Archive.objects.all()

    def get_queryset(self):
        """Return at most twenty of the caller's archives in this project."""
        since = timezone.now() - SHOWN_FOR
        archives = super().get_queryset().filter(project=self.project, uploaded_by=self.request.user)
        return archives.filter(created_at__gt=since)[:20]


class ArchiveDetail(VisibleScope, generics.RetrieveAPIView):
    """One archive: state, progress, and what was not taken and why."""

    serializer_class = ArchiveSerializer
    queryset = Archive.objects.all()


class CancelArchive(VisibleScope, generics.GenericAPIView):
    """Stop the unpacking of an archive."""

    serializer_class = NoInput
    queryset = Archive.objects.all()

    @extend_schema(
        request=None,
        responses={200: ArchiveSerializer, 409: OpenApiResponse(ErrorSerializer, "It is done with already.")},
    )
    def post(self, request: Request, pk: int) -> Response:
        """Stop unpacking; what is in the project already stays."""
        archive = self.get_object()
        archives.cancel(archive)
        return Response(ArchiveSerializer(archive).data)
