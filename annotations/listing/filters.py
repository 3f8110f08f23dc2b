"""Filters of the images of a project, for pages and for REST."""

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from annotations.labeling import comments
from annotations.models import Box, Image, ImageState, Lease, Origin, Project, Split
from annotations.severity import severity_cache
from annotations.severity.severity_sql import severity_between

# Up to so many matching boxes, a query that begins with the boxes is quicker than one over the images.
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
        method="with_comments",
        help_text="open: with threads that nobody resolved; help: that ask for help; any; none.",
    )
    labeler = django_filters.CharFilter(
        field_name="labeled_by__username", help_text="Labeled last by the person of this name."
    )
    working = django_filters.CharFilter(
        method="with_worker", help_text="Somebody works there now: a name, or `anybody`."
    )
    settled = django_filters.BooleanFilter(method="with_labels", help_text="Labeled by people or by a round.")
    labeled_from = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__gte")
    labeled_to = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__lte")
    labeled_on = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date")
    worst_from = django_filters.NumberFilter(
        method="keep_all", help_text="The image's severity, that of its worst defect, from this on."
    )
    worst_below = django_filters.NumberFilter(
        method="keep_all", help_text="The image's severity below this; 1 takes 1 in."
    )
    defect_type = django_filters.CharFilter(
        method="keep_all", help_text="Images with a box of the type of this name."
    )
    grade = django_filters.NumberFilter(method="keep_all", help_text="Images with a box of this grade.")
    by = django_filters.ChoiceFilter(
        choices=Origin.choices, method="keep_all", help_text="Images with a box that a person or model made."
    )
    severity_from = django_filters.NumberFilter(
        method="keep_all", help_text="Images with a box of this severity or more."
    )
    severity_below = django_filters.NumberFilter(
        method="keep_all", help_text="Images with a box of less severity; 1 takes 1 in."
    )
    deleted = django_filters.BooleanFilter(
        method="keep_all", help_text="Instead of present images those deleted in the last day."
    )

    class Meta:
        model = Image
        fields: list[str] = []

    def __init__(self, data=None, queryset=None, *, request=None, prefix=None, project=None) -> None:
        super().__init__(data, queryset, request=request, prefix=prefix)
        self.given_project: Project | None = project

    @property
    def project(self) -> Project:
        """Return the project whose images are listed."""
        assert self.given_project is not None
        return self.given_project

    def filter_queryset(self, queryset):
        """Return the images that pass."""
        values = self.form.cleaned_data
        images = queryset.deleted() if values.get("deleted") else queryset.present()
        images = super().filter_queryset(images)
        images = self._by_worst(images, values.get("worst_from"), values.get("worst_below"))
        wanted = self._box_conditions(values)
        return self._with_boxes(images, wanted, values) if wanted else images

    def _box_conditions(self, values: dict) -> Q:
        wanted = Q()
        if values.get("defect_type"):
            # By id: an index on boxes knows no names.
            types = self.project.defect_types.filter(name=values["defect_type"])
            wanted &= Q(defect_type__in=list(types.values_list("pk", flat=True)))
        if values.get("grade") is not None:
            wanted &= Q(grade=values["grade"])
        if values.get("by"):
            wanted &= Q(origin=values["by"])
        low, high = _number(values.get("severity_from")), _number(values.get("severity_below"))
        if low is not None or high is not None:
            wanted &= severity_between(self.project, low, high)
        return wanted

    def _with_boxes(self, images, wanted: Q, values: dict):
        """Keep the images that hold a box for which `wanted` is true.

        Where few boxes match, one query finds their images; else a subquery tests each image.
        """
        low = _number(values.get("severity_from"))
        if low is not None and severity_cache.refresh(self.project):
            # No image has a box more severe than its worst one.
            images = images.filter(severity__gte=low)
        elif values.get("severity_below") is None and (values.get("defect_type") or values.get("grade")):
            types = list(self.project.defect_types.values_list("pk", flat=True))
            boxes = Box.objects.filter(wanted, defect_type__in=types).order_by()
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

    def with_words(self, images, _field: str, words: str):
        """Keep the images whose name or part contains `words`."""
        return images.filter(Q(name__icontains=words) | Q(part__icontains=words))

    def with_comments(self, images, _field: str, kind: str):
        """Keep the images whose comments are of `kind`, a key of `comments.KINDS`."""
        return comments.only_with(images, kind)

    def with_worker(self, images, _field: str, name: str):
        """Keep the images that somebody, or the person `name`, works on now."""
        live = Lease.objects.live(timezone.now()).filter(image__project=self.project)
        if name != ANYBODY:
            live = live.filter(user__username=name)
        return images.filter(pk__in=live.values("image_id"))

    def with_labels(self, images, _field: str, wanted: bool):
        """Keep what people or rounds have labeled."""
        return images.labeled() if wanted else images

    def without_lot(self, images, _field: str, wanted: bool):
        """Keep the images without a lot."""
        return images.filter(lot="") if wanted else images

    def without_line(self, images, _field: str, wanted: bool):
        """Keep the images without a line."""
        return images.filter(line="") if wanted else images

    def keep_all(self, images, _field: str, _value):
        """Keep all: what the value asks for is done elsewhere, in `filter_queryset` or by the order."""
        return images


def image_filter(project: Project, values) -> ImageFilter:
    """Return the filter of the images of `project`; `is_valid` says whether `values` can be read."""
    return ImageFilter(values, Image.objects.filter(project=project), project=project)


def _number(value) -> float | None:
    return None if value is None else float(value)
