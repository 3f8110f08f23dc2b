"""Which images the gallery shows, in portions that cost the same at any depth."""

from dataclasses import dataclass

import django_filters
from django.db.models import Exists, OuterRef, Prefetch, Q

from annotations.api.filters import ImageFilter
from annotations.models import Box, DefectType, Image, Origin, Project
from annotations.severities import severity_of
from webapp.stats import SETTLED

PORTION = 60
# Counting a hundred thousand images takes longer than showing the first ones.
COUNTED = 10_000
# A thumbnail cannot show more than this; the card gives the whole number.
BOXES_DRAWN = 40
SORTS = {"new": "Newest first", "old": "Oldest first", "name": "By name"}


class GalleryFilter(ImageFilter):
    """The filters of the REST list, and those behind the numbers of the dashboard."""

    line = django_filters.CharFilter()
    no_lot = django_filters.BooleanFilter(method="without_lot")
    no_line = django_filters.BooleanFilter(method="without_line")
    settled = django_filters.BooleanFilter(method="labeled_anyhow")
    labeled_from = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__gte")
    labeled_to = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date__lte")
    labeled_on = django_filters.DateFilter(field_name="labeled_at", lookup_expr="date")
    grade = django_filters.NumberFilter(method="with_box")
    by = django_filters.ChoiceFilter(choices=Origin.choices, method="with_box")
    severity_from = django_filters.NumberFilter(method="with_box")
    severity_below = django_filters.NumberFilter(method="with_box")
    defect_type = django_filters.CharFilter(method="with_box")

    def __init__(self, data, project: Project) -> None:
        super().__init__(data, Image.objects.present().filter(project=project))
        self.project = project

    def filter_queryset(self, queryset):
        """Return the images that pass; what is asked of boxes must hold for one and the same box."""
        images = super().filter_queryset(queryset)
        wanted = self._box_conditions()
        if not wanted:
            return images
        boxes = Box.objects.annotate(severity=severity_of(self.project))
        return images.filter(Exists(boxes.filter(wanted, image=OuterRef("pk"))))

    def _box_conditions(self) -> Q:
        said, wanted = self.form.cleaned_data, Q()
        if said.get("defect_type"):
            wanted &= Q(defect_type__name=said["defect_type"])
        if said.get("grade") is not None:
            wanted &= Q(grade=said["grade"])
        if said.get("by"):
            wanted &= Q(origin=said["by"])
        low, high = said.get("severity_from"), said.get("severity_below")
        if low is not None:
            wanted &= Q(severity__gte=float(low))
        if high is not None:
            # The last bin of a histogram holds its upper end.
            wanted &= Q(severity__lte=1.0) if high >= 1 else Q(severity__lt=float(high))
        return wanted

    def with_box(self, images, _field: str, _value):
        """Keep all: conditions on boxes are gathered in filter_queryset."""
        return images

    def labeled_anyhow(self, images, _field: str, wanted: bool):
        """Keep what people or rounds have labeled."""
        return images.filter(state__in=SETTLED) if wanted else images

    def without_lot(self, images, _field: str, wanted: bool):
        """Keep the images without a lot."""
        return images.filter(lot="") if wanted else images

    def without_line(self, images, _field: str, wanted: bool):
        """Keep the images without a line."""
        return images.filter(line="") if wanted else images


@dataclass(frozen=True)
class Portion:
    """Some images of a list, and the id after which the next ones follow (None at the end)."""

    images: list[Image]
    after: int | None


def portion(images, *, sort: str = "new", after: int | None = None, size: int = PORTION) -> Portion:
    """Return SIZE of IMAGES after the image of id AFTER in the order SORT, boxes loaded, in four queries."""
    last = Image.objects.filter(pk=after).only("pk", "name").first() if after else None
    if sort == "name":
        # Present images of a project have names of their own: the name alone is an order, and an index.
        images = images.order_by("name").filter(name__gt=last.name) if last else images.order_by("name")
    elif sort == "old":
        images = images.order_by("pk").filter(pk__gt=last.pk) if last else images.order_by("pk")
    else:
        images = images.order_by("-pk").filter(pk__lt=last.pk) if last else images.order_by("-pk")
    drawn = Box.objects.order_by("position", "pk").only(
        "image_id", "defect_type_id", "xmin", "ymin", "xmax", "ymax"
    )[:BOXES_DRAWN]
    found = list(images.prefetch_related(Prefetch("boxes", drawn, to_attr="drawn_boxes"))[: size + 1])
    more = len(found) > size
    return Portion(images=found[:size], after=found[size - 1].pk if more else None)


def colors(project: Project) -> dict[int, str]:
    """Return the color of every defect type by its id."""
    return dict(DefectType.objects.filter(project=project).values_list("pk", "color"))
