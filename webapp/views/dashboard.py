"""The dashboard: figures of a selection, each leading to the images behind it, each to be downloaded."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.formats import csv_table
from annotations.models import Image, Project, Split
from webapp.charts import project_statistics
from webapp.views.page import page, render_project

LISTED = 200


class SelectionForm(forms.Form):
    """Which images are counted."""

    line = forms.CharField(required=False)
    lot = forms.CharField(required=False)
    split = forms.ChoiceField(choices=[("", "All"), *Split.choices], required=False)
    labeled_from = forms.DateField(required=False, label="Labeled from")
    labeled_to = forms.DateField(required=False, label="Labeled until")

    def __init__(self, data, project: Project) -> None:
        super().__init__(data)
        images = Image.objects.present().filter(project=project)
        for name in ("line", "lot"):
            values = images.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()
            choices = [("", "All"), *((value, value) for value in values[:LISTED])]
            self.fields[name].widget = forms.Select(choices=choices)
        for name in ("labeled_from", "labeled_to"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def selection(self) -> project_statistics.Selection:
        """Return what was chosen; what cannot be read does not narrow."""
        values = self.cleaned_data if self.is_bound else {}
        return project_statistics.Selection(**{name: value for name, value in values.items() if value})


def _chosen(request: HttpRequest, project: Project) -> tuple[SelectionForm, project_statistics.Selection]:
    form = SelectionForm(request.GET, project)
    form.is_valid()
    return form, form.selection()


@require_GET
@page
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """Draw the figures of a selection."""
    project = get_project(request.user, slug)
    form, selection = _chosen(request, project)
    figures = project_statistics.collect(project, selection)
    narrowed = {name: value for name, value in vars(selection).items() if value}
    context: dict[str, Any] = {
        "form": form,
        "figures": figures,
        "boxes": sum(row["boxes"] for row in figures["types"]),
        "narrowed": bool(narrowed),
        "query": urlencode(narrowed),
        "images_query": urlencode({"settled": "true", **narrowed}),
    }
    return render_project(request, "webapp/dashboard/dashboard.html", project, tab="dashboard", **context)


@require_GET
@page
def table(request: HttpRequest, slug: str, name: str) -> StreamingHttpResponse:
    """Download one table of the dashboard, of the same selection, as CSV."""
    project = get_project(request.user, slug)
    if name not in TABLES:
        raise Http404
    _, selection = _chosen(request, project)
    header, *rows = TABLES[name](project_statistics.collect(project, selection))
    lines = csv_table.lines(header, ([_rounded(cell) for cell in row] for row in rows))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-{name}.csv"'
    return answer


def _rounded(value: object) -> object:
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _types(figures: dict) -> Iterator[list]:
    names = ["name", "boxes", "images", "by_model", "share", "cumulative", "mean_severity", "worst_severity"]
    yield ["defect_type", *names[1:]]
    for row in figures["types"]:
        yield [row[name] for name in names]


def _severity(figures: dict) -> Iterator[list]:
    edges = figures["severity"]["edges"]
    yield ["defect_type", "severity_from", "severity_below", "boxes"]
    for name, counts in figures["severity"]["types"].items():
        for position, count in enumerate(counts):
            yield [name, edges[position], edges[position + 1], count]


def _labeled(figures: dict) -> Iterator[list]:
    yield ["day", "people", "auto"]
    for row in figures["labeled"]:
        yield [row["day"], row["people"], row["auto"]]


def _places(figures: dict) -> Iterator[list]:
    names = ["line", "lot", "images", "labeled", "defective", "boxes", "mean_severity", "worst_severity"]
    yield names
    for row in figures["places"]:
        yield [row[name] for name in names]


def _rounds(figures: dict) -> Iterator[list]:
    names = ["number", "finished_at", "map", "map50", "map75"]
    yield ["round", *names[1:]]
    for row in figures["rounds"]:
        yield [row[name] for name in names]


TABLES = {
    "types": _types,
    "severity": _severity,
    "labeled": _labeled,
    "places": _places,
    "rounds": _rounds,
}
