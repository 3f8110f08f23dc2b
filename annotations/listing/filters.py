"""Which images a list shows, and in what order and portions."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.pagination import CursorPagination

from annotations.labeling import comments
from annotations.models import Box, Image, ImageState, Lease, Origin, Project, Split
from annotations.severity import severity_cache
from annotations.severity.severity_sql import severity_between

ORDERINGS = {"id": ("id",), "-id": ("-id",), "name": ("name", "id"), "-name": ("-name", "-id")}
SETTLED = (ImageState.LABELED, ImageState.AUTO_LABELED)
# Boxes up to which it is quicker to begin with them than with the images.
FEW_BOXES = 4000
ANYBODY = "anybody"


class ImageFilter(django_filters.FilterSet):
    """Filters of the image list; all that are given must hold, those of boxes for one and the same box."""

    state = django_filters.MultipleChoiceFilter(choices=ImageState.choices)
    split = django_filters.MultipleChoiceFilter(choices=Split.choices)
    lot = django_filters.CharFilter(help_text="Images of exactly this lot.")
    line = django_filters.CharFilter(help_text="Images of exactly this line.")
    part = django_filters.CharFilter(help_text="Frames of exactly this part.")
    no_lot = django_filters.BooleanFilter(method="without_lot", help_text="Images without a lot.")
    no_line = django_filters.BooleanFilter(method="without_line", help_text="Images without a line.")
    q = django_filters.CharFilter(method="with_words", help_text="Part of the image's or its part's name.")
    comments = django_filters.ChoiceFilter(
        choices=list(comments.KINDS.items()),
        method="with_talk",
        help_text="open: with threads that nobody resolved; help: that ask for help; any; none.",
    )
    labeler = django_filters.CharFilter(
        field_name="labeled_by__username", help_text="Labeled last by the person of this name."
    )
    working = django_filters.CharFilter(
        method="with_worker", help_text="Somebody works there now: a name, or `anybody`."
    )
    settled = django_filters.BooleanFilter(
        method="labeled_anyhow", help_text="Labeled by people or by a round."
    )
    labeled_from = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__gte")
    labeled_to = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__lte")
    labeled_on = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date")
    worst_from = django_filters.NumberFilter(
        method="by_severity", help_text="The image's severity, that of its worst defect, from this on."
    )
    worst_below = django_filters.NumberFilter(
        method="by_severity", help_text="The image's severity below this; 1 takes 1 in."
    )
    defect_type = django_filters.CharFilter(
        method="with_box", help_text="Images with a box of the type of this name."
    )
    grade = django_filters.NumberFilter(method="with_box", help_text="Images with a box of this grade.")
    by = django_filters.ChoiceFilter(
        choices=Origin.choices, method="with_box", help_text="Images with a box that a person or model made."
    )
    severity_from = django_filters.NumberFilter(
        method="with_box", help_text="Images with a box of this severity or more."
    )
    severity_below = django_filters.NumberFilter(
        method="with_box", help_text="Images with a box of less severity; 1 takes 1 in."
    )
    deleted = django_filters.BooleanFilter(
        method="unfiltered", help_text="Instead of present images those deleted in the last day."
    )
    ordering = extend_schema_field(OpenApiTypes.STR)(
        django_filters.ChoiceFilter(
            choices=[(name, name) for name in ORDERINGS],
            method="unfiltered",
            help_text="id (default), -id, name or -name.",
        )
    )

    class Meta:
        model = Image
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, project=None) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self._project = project

    @property
    def project(self) -> Project:
        """Return the project whose images are listed: the one given, or that of the request's address."""
        return self._project or self.request.parser_context["view"].project

    def filter_queryset(self, queryset):
        """Return the images that pass."""
        said = self.form.cleaned_data
        images = queryset.deleted() if said.get("deleted") else queryset.present()
        images = super().filter_queryset(images)
        images = self._by_worst(images, said.get("worst_from"), said.get("worst_below"))
        wanted = self._box_conditions(said)
        return self._with_boxes(images, wanted, said) if wanted else images

    def _box_conditions(self, said: dict) -> Q:
        wanted = Q()
        if said.get("defect_type"):
            # By id: an index on boxes knows no names.
            kinds = self.project.defect_types.filter(name=said["defect_type"])
            wanted &= Q(defect_type__in=list(kinds.values_list("pk", flat=True)))
        if said.get("grade") is not None:
            wanted &= Q(grade=said["grade"])
        if said.get("by"):
            wanted &= Q(origin=said["by"])
        low, high = _number(said.get("severity_from")), _number(said.get("severity_below"))
        if low is not None or high is not None:
            wanted &= severity_between(self.project, low, high)
        return wanted

    def _with_boxes(self, images, wanted: Q, said: dict):
        """Keep the images that hold a box for which WANTED is true.

        Where few boxes are wanted their images are looked up, else each image is asked for a box.
        """
        low = _number(said.get("severity_from"))
        if low is not None and severity_cache.refresh(self.project):
            # No image has a box more severe than its worst one.
            images = images.filter(severity__gte=low)
        elif said.get("severity_below") is None and (said.get("defect_type") or said.get("grade")):
            kinds = list(self.project.defect_types.values_list("pk", flat=True))
            boxes = Box.objects.filter(wanted, defect_type__in=kinds).order_by()
            ids = list(boxes.values_list("image_id", flat=True)[: FEW_BOXES + 1])
            if len(ids) <= FEW_BOXES:
                return images.filter(pk__in=set(ids))
        return images.filter(Exists(Box.objects.filter(wanted, image=OuterRef("pk"))))

    def _by_worst(self, images, low, high):
        low, high = _number(low), _number(high)
        if low is None and high is None:
            return images
        field = "severity"
        if not severity_cache.refresh(self.project):
            images, field = images.annotate(worst_now=severity_cache.worst(self.project)), "worst_now"
        if low is not None:
            images = images.filter(**{f"{field}__gte": low})
        if high is not None:
            compared = "lte" if high >= 1 else "lt"
            images = images.filter(**{f"{field}__{compared}": high})
        return images

    def with_box(self, images, _field: str, _value):
        """Keep all: conditions on boxes are gathered in filter_queryset."""
        return images

    def by_severity(self, images, _field: str, _value):
        """Keep all: both ends are looked at in filter_queryset."""
        return images

    def with_words(self, images, _field: str, words: str):
        """Keep the images whose name or part contains WORDS."""
        return images.filter(Q(name__icontains=words) | Q(part__icontains=words))

    def with_talk(self, images, _field: str, kind: str):
        """Keep the images with comments of KIND."""
        return comments.only_with(images, kind)

    def with_worker(self, images, _field: str, name: str):
        """Keep the images that somebody, or the person NAME, works on now."""
        live = Lease.objects.live(timezone.now()).filter(image__project=self.project)
        if name != ANYBODY:
            live = live.filter(user__username=name)
        return images.filter(pk__in=live.values("image_id"))

    def labeled_anyhow(self, images, _field: str, wanted: bool):
        """Keep what people or rounds have labeled."""
        return images.filter(state__in=SETTLED) if wanted else images

    def without_lot(self, images, _field: str, wanted: bool):
        """Keep the images without a lot."""
        return images.filter(lot="") if wanted else images

    def without_line(self, images, _field: str, wanted: bool):
        """Keep the images without a line."""
        return images.filter(line="") if wanted else images

    def unfiltered(self, images, _field: str, _value: str):
        """Keep all: the order is the pagination's, and deleted images are chosen in filter_queryset."""
        return images


def image_filter(project: Project, said) -> ImageFilter:
    """Return the filter of PROJECT's images for the parameters SAID; raises nothing, see `is_valid`."""
    return ImageFilter(said, Image.objects.filter(project=project), project=project)


def _number(value) -> float | None:
    return None if value is None else float(value)


class ImagePages(CursorPagination):
    """Pages that stay right while images come and go, and cost the same at any depth."""

    page_size = 60
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_ordering(self, request, queryset, view) -> tuple[str, ...]:
        """Return the order that the caller asked for; the filter has refused unknown ones."""
        return ORDERINGS.get(request.query_params.get("ordering", "id"), ORDERINGS["id"])
