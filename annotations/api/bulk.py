"""REST: one change for many images, and what a set of images holds."""

from collections.abc import Callable
from dataclasses import asdict

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotations import access, bulk, deletions
from annotations.api.filters import ImageListFilter
from annotations.api.scope import ErrorSerializer, ProjectScope
from annotations.errors import BlemishError
from annotations.listing import summaries
from annotations.models import Image, Role, Split

# One call changes at most so many images; the answer's `after` says where the next call continues.
BATCH = 2000
# One call names at most so many images.
MAX_IDS = 5000


class InvalidFilter(BlemishError):
    """A filter of images that cannot be read; `field` names the parameter."""

    default_code = "invalid_filter"


class IdField(serializers.IntegerField):
    """An id of a row."""

    def __init__(self, **options) -> None:
        super().__init__(min_value=1, max_value=2**62, **options)


class ChoiceOfImages(serializers.Serializer):
    """Which images are meant: `ids`, or a `filter` with the parameters of the image list."""

    ids = serializers.ListField(child=IdField(), required=False, allow_empty=False, max_length=MAX_IDS)
    filter = serializers.DictField(
        child=serializers.JSONField(),
        required=False,
        help_text='Parameters of the image list, for example {"lot": "L7", "state": ["labeled"]}; {} is all.',
    )

    without = serializers.ListField(
        child=IdField(), required=False, max_length=MAX_IDS, help_text="With a filter: not these."
    )

    def validate(self, values: dict) -> dict:
        """Take exactly one of both."""
        if ("ids" in values) == ("filter" in values):
            raise serializers.ValidationError("Send either `ids` or `filter`.")
        return values


class BulkSerializer(ChoiceOfImages):
    """A change and the images that it is for."""

    action = serializers.ChoiceField(["set_split", "set_origin", "review", "delete", "restore"])
    after = IdField(required=False, help_text="With a filter: go on behind this id, as the last answer says.")
    split = serializers.ChoiceField(Split.choices, required=False, help_text="For set_split.")
    lot = serializers.CharField(max_length=120, required=False, allow_blank=True)
    line = serializers.CharField(max_length=120, required=False, allow_blank=True)
    part = serializers.CharField(
        max_length=120, required=False, allow_blank=True, help_text="For set_origin, as lot and line."
    )
    reason = serializers.ChoiceField(bulk.ASKED_REASONS, required=False, help_text="For review.")
    detail = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="For review: what to look at."
    )

    def validate(self, values: dict) -> dict:
        """Ask for what the action needs."""
        values = super().validate(values)
        if values["action"] == "set_split" and "split" not in values:
            raise serializers.ValidationError({"split": "set_split needs the split."})
        return values


class RefusalSerializer(serializers.Serializer):
    """An image that stays as it is, and why."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class BulkOutcomeSerializer(serializers.Serializer):
    """What was done; `also` are images that had to change along with the others."""

    done = serializers.ListField(child=serializers.IntegerField())
    also = serializers.ListField(child=serializers.IntegerField())
    refused = RefusalSerializer(many=True)
    after = serializers.IntegerField(
        allow_null=True, help_text="Where the next call goes on, null at the end."
    )


# Verb, least role, and the fields that it takes.
ACTIONS: dict[str, tuple[Callable, Role, tuple[str, ...]]] = {
    "set_split": (bulk.set_split, Role.ENGINEER, ("split",)),
    "set_origin": (bulk.set_origin, Role.INSPECTOR, ("lot", "line", "part")),
    "review": (bulk.send_to_review, Role.INSPECTOR, ("reason", "detail")),
    "delete": (deletions.delete, Role.ENGINEER, ()),
    "restore": (deletions.restore, Role.ENGINEER, ()),
}


def chosen(project, parameters: dict):
    """Return the images of `project` that the filter `parameters` keeps; raises InvalidFilter."""
    query = QueryDict(mutable=True)
    for name, value in parameters.items():
        query.setlist(name, [str(one) for one in (value if isinstance(value, list) else [value])])
    shown = ImageListFilter(query, Image.objects.filter(project=project), project=project)
    unknown = sorted(set(parameters) - set(shown.filters) - {"sort"})
    if unknown:
        raise InvalidFilter(f"{unknown[0]} is no filter of images.", field=unknown[0])
    if not shown.is_valid():
        name, sentences = next(iter(shown.errors.items()))
        raise InvalidFilter(f"{name}: {' '.join(sentences)}", field=name)
    return shown.qs


class Bulk(ProjectScope, generics.GenericAPIView):
    """One change for many images."""

    serializer_class = BulkSerializer
    filter_backends: list = []

    @extend_schema(
        responses={200: BulkOutcomeSerializer, 400: OpenApiResponse(ErrorSerializer, "Nothing was done.")}
    )
    def post(self, request: Request, slug: str) -> Response:
        """Change the images and name those that cannot be; a filter is worked through call by call.

        Splits, deletion and restoring take the role of an engineer.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        verb, role, names = ACTIONS[values["action"]]
        access.require(self.project, request.user, role)
        ids, after = values.get("ids"), None
        if ids is None:
            ids, after = self._next_ids(values)
        given = {name: values[name] for name in names if name in values}
        outcome = verb(self.project, ids, user=request.user, **given)
        return Response({**asdict(outcome), "after": after})

    def _next_ids(self, values: dict) -> tuple[list[int], int | None]:
        """Return the next ids that the filter keeps, and where the call after this one goes on."""
        images = chosen(self.project, values["filter"]).order_by("pk").filter(pk__gt=values.get("after", 0))
        images = images.exclude(pk__in=values.get("without", []))
        ids = list(images.values_list("pk", flat=True)[: BATCH + 1])
        return ids[:BATCH], ids[BATCH - 1] if len(ids) > BATCH else None


class Summary(ProjectScope, generics.GenericAPIView):
    """What a set of images holds."""

    serializer_class = ChoiceOfImages
    filter_backends: list = []

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def post(self, request: Request, slug: str) -> Response:
        """Count the states, splits, types, grades, origins and sizes of the images' boxes."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        if "ids" in values:
            images = self.project.images.filter(pk__in=values["ids"])
        else:
            images = chosen(self.project, values["filter"]).exclude(pk__in=values.get("without", []))
        return Response(summaries.summarize(self.project, images))
