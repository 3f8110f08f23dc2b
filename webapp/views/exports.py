"""The export page: every dataset format, what it holds now, a download, and the command that does it too."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from annotations import exports
from annotations.access import get_project
from annotations.formats import registry
from annotations.formats.dataset_format import Content, DatasetFormat, Layout, Option
from annotations.models import Project, Split
from inference.exports import inspections
from inference.models import Defect
from webapp.views.page import page, render_project

# So many inspections can be chosen one by one; REST and the command take any.
LISTED_INSPECTIONS = 50


@dataclass(frozen=True)
class Holding:
    """How much an export holds now: `items` are images or inspections, `marks` are boxes or defects."""

    items: int
    marks: int
    bytes: int = 0


@dataclass(frozen=True)
class Card:
    """A format as the page shows it; `address` is empty when only the command makes it."""

    row: DatasetFormat
    holding: Holding
    address: str
    command: str

    @property
    def of_labels(self) -> bool:
        """Return whether the format holds labels, and not what inspections found."""
        return self.row.content is Content.LABELS

    @property
    def has_split(self) -> bool:
        """Return whether one split can be chosen."""
        return Option.SPLIT in self.row.options

    @property
    def has_images(self) -> bool:
        """Return whether the originals can be added."""
        return Option.IMAGES in self.row.options

    @property
    def has_inspection(self) -> bool:
        """Return whether one inspection can be chosen."""
        return Option.INSPECTION in self.row.options


@require_GET
@page
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Show every format with its download and its command."""
    project = get_project(request.user, slug)
    by_split = _labels(project)
    labels = Holding(
        items=sum(one.items for one in by_split.values()),
        marks=sum(one.marks for one in by_split.values()),
        bytes=sum(one.bytes for one in by_split.values()),
    )
    rows = inspections(project)
    defects = Holding(items=rows.count(), marks=Defect.objects.filter(image__inspection__in=rows).count())
    holdings = {Content.LABELS: labels, Content.DEFECTS: defects}
    context: dict[str, Any] = {
        "cards": [_card(project, row, holdings[row.content]) for row in registry.formats()],
        "labels": labels,
        "splits": [(split, split.label, by_split[split].items) for split in Split],
        "inspections": rows.order_by("-pk")[:LISTED_INSPECTIONS],
        "images": project.images.present().count(),
        "label_formats": registry.readable(),
    }
    return render_project(request, "webapp/export/export.html", project, tab="export", **context)


def _labels(project: Project) -> dict[Split, Holding]:
    """Return what the labels of each split amount to, in one query."""
    images = exports.labeled_images(project).order_by().values("split")
    rows = images.annotate(items=Count("pk"), marks=Sum("box_count"), size=Sum("bytes"))
    found = {row["split"]: Holding(row["items"], row["marks"], row["size"]) for row in rows}
    return {split: found.get(split, Holding(items=0, marks=0)) for split in Split}


def _card(project: Project, row: DatasetFormat, holding: Holding) -> Card:
    name = f"api:export-{row.file_name}"
    return Card(
        row=row,
        holding=holding,
        address=reverse(name, args=[project.slug]) if row.file_name else "",
        command=_command(project, row),
    )


def _command(project: Project, row: DatasetFormat) -> str:
    """Return the command line that writes the same export."""
    out = f"{project.slug}-{row.name}" if row.layout is Layout.FOLDER else f"{project.slug}-{row.file_name}"
    return f"python3 run.py manage export {project.slug} {out} --format {row.name}"
