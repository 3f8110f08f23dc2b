"""Inspections: send images, see what was found, download it."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from annotations.access import get_project
from annotations.errors import BlemishError
from annotations.formats import csv_table
from annotations.models import JobState, Project
from annotations.severity.from_grades import likely_grade
from inference.inspections import inspection_runs, reports, results
from inference.inspections.addresses import picture_url
from inference.models import Defect, InspectedImage, Inspection
from webapp.forms.inspect import InspectForm
from webapp.views.page import PageRequest, page, render_project

LISTED = 30
PAGE_SIZE = 20
ALIVE = (JobState.QUEUED, JobState.RUNNING)


@require_http_methods(["GET", "POST"])
@page
def inspect(request: PageRequest, slug: str) -> HttpResponse:
    """Show the form that sends images, and the earlier inspections; POST starts an inspection."""
    project = get_project(request.user, slug)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = InspectForm(project, *sent)
    if form.is_bound and form.is_valid():
        try:
            inspection = inspection_runs.start(project, user=request.user, **form.values())
        except BlemishError as error:
            form.add_error(None, str(error))
        else:
            return redirect("inspection", project.slug, inspection.pk)
    earlier = project.inspections.select_related("created_by").annotate(
        total=Count("images", distinct=True), found=Count("images__defects", distinct=True)
    )
    context: dict[str, Any] = {"form": form, "earlier": earlier[:LISTED], "detectors": form.detectors}
    status = 422 if form.errors else 200
    return render_project(
        request, "webapp/inspect/inspect.html", project, tab="inspect", status=status, **context
    )


@require_GET
@page
def inspection(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Show the results of one inspection, or how far it is; htmx asks for the images after one."""
    project = get_project(request.user, slug)
    found = get_object_or_404(project.inspections.select_related("created_by"), pk=pk)
    alive = found.state in ALIVE
    images = found.images.filter(done=True) if alive else found.images.all()
    only = request.GET.get("only") == "defects"
    if only:
        images = images.filter(defects__isnull=False).distinct()
    after = request.GET.get("after", "")
    rows = _page_and_one(images.filter(pk__gt=int(after)) if after.isdecimal() else images)
    context: dict[str, Any] = {
        "inspection": found,
        "only": only,
        "rows": [_row(image) for image in rows[:PAGE_SIZE]],
    }
    if len(rows) > PAGE_SIZE:
        context["more_url"] = f"?after={rows[PAGE_SIZE - 1].pk}{'&only=defects' if only else ''}"
    if request.htmx and after:
        return render(request, "webapp/inspect/_images.html", {"project": project, **context})
    context |= {"alive": alive, **_summary(found)}
    return render_project(request, "webapp/inspect/inspection.html", project, tab="inspect", **context)


@require_GET
@page
def live(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Answer how far an inspection is, for htmx; at its end the page loads anew with the results."""
    project = get_project(request.user, slug)
    found = get_object_or_404(project.inspections, pk=pk)
    if found.state not in ALIVE:
        return HttpResponseClientRefresh()
    context: dict[str, Any] = {"project": project, "inspection": found, **_summary(found)}
    return render(request, "webapp/inspect/_live.html", context)


@require_POST
@page
def cancel(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Stop an inspection; images that are done keep their results."""
    project = get_project(request.user, slug)
    found = get_object_or_404(project.inspections, pk=pk)
    try:
        inspection_runs.cancel(found)
    except BlemishError as error:
        messages.error(request, str(error))
    return redirect("inspection", project.slug, found.pk)


@require_GET
@page
def defects(request: PageRequest, slug: str, pk: int) -> StreamingHttpResponse:
    """Download a line per defect, as CSV."""
    project = get_project(request.user, slug)
    found = get_object_or_404(results.with_results(project.inspections.all()), pk=pk)
    lines = csv_table.lines(reports.DEFECT_COLUMNS, results.defect_rows(found))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{_file_name(project, found)}"'
    return answer


def _file_name(project: Project, found: Inspection) -> str:
    return f"{project.slug}-inspection-{found.pk}-defects.csv"


def _page_and_one(images) -> list[InspectedImage]:
    return list(results.with_defects(images.order_by("pk"))[: PAGE_SIZE + 1])


def _summary(found: Inspection) -> dict:
    counts = found.images.aggregate(
        total=Count("pk"),
        looked=Count("pk", filter=Q(done=True)),
        failed=Count("pk", filter=~Q(error="")),
    )
    types = (
        Defect.objects.filter(image__inspection=found)
        .order_by()
        .values("defect_type__name", "defect_type__color")
        .annotate(n=Count("pk"), images=Count("image", distinct=True))
        .order_by("-n")
    )
    defective = Defect.objects.filter(image__inspection=found).values("image").distinct().count()
    return {"counts": counts, "types": list(types), "defective": defective}


def _row(image: InspectedImage) -> dict:
    """Return what the page shows of one image, its worst defect first."""
    rows: list[dict[str, Any]] = [
        {
            "defect": defect,
            "severity": results.severity_of_defect(defect),
            "grade": likely_grade(defect.grade_probabilities) if defect.grade_probabilities else None,
            "width": defect.xmax - defect.xmin,
            "height": defect.ymax - defect.ymin,
        }
        for defect in image.defects.all()
    ]
    rows.sort(key=lambda row: -(row["severity"] if row["severity"] is not None else -1))
    return {
        "image": image,
        "severity": results.severity_of_image(image),
        "defects": rows,
        "drawn": picture_url(image, "drawn"),
    }
