"""Why a model scores what it scores: curves, sizes, confusions, and the images behind each number."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.models import Project
from training.models import Evaluation
from webapp.charts.evaluated_images import colors_by_type, image_card
from webapp.charts.evaluation import evaluation_charts
from webapp.views.page import PageRequest, page, render_project

PAGE_SIZE = 24


@require_GET
@page
def evaluation(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Show one evaluation whole."""
    project = get_project(request.user, slug)
    row = _find(project, pk)
    context: dict[str, Any] = {"evaluation": row, "explained": evaluation_charts(project, row)}
    return render_project(request, "webapp/evaluation/evaluation.html", project, tab="rounds", **context)


@require_GET
@page
def images(request: PageRequest, slug: str, pk: int) -> HttpResponse:
    """Show the images of an evaluation, or those behind one cell, with what was labeled and found."""
    project = get_project(request.user, slug)
    row = _find(project, pk)
    truth, found = request.GET.get("truth"), request.GET.get("found")
    order = "best" if request.GET.get("order") == "best" else "worst"
    text = request.GET.get("start", "")
    start = int(text) if text.isdecimal() and len(text) < 9 else 0
    rows = row.seen(truth=truth, found=found, order=order)
    shown = list(rows[start : start + PAGE_SIZE + 1])
    cell = {name: value for name, value in (("truth", truth), ("found", found)) if value is not None}
    colors = colors_by_type(project)
    more = urlencode({**cell, "order": order, "start": start + PAGE_SIZE})
    context: dict[str, Any] = {
        "project": project,
        "evaluation": row,
        "cards": [image_card(image, colors) for image in shown[:PAGE_SIZE]],
        "more_url": f"?{more}" if len(shown) > PAGE_SIZE else None,
    }
    if request.htmx and start:
        return render(request, "webapp/evaluation/_images.html", context)
    context |= {
        "title": _title(truth, found, order),
        "order": order,
        "total": rows.count(),
        "orders": [(name, urlencode({**cell, "order": name})) for name in ("worst", "best")],
    }
    return render_project(request, "webapp/evaluation/images.html", tab="rounds", **context)


def _find(project: Project, pk: int) -> Evaluation:
    rows = Evaluation.objects.select_related("round", "model")
    return get_object_or_404(rows, pk=pk, round__project=project)


def _title(truth: str | None, found: str | None, order: str) -> str:
    if truth is None or found is None:
        return f"Images, the {order} first"
    if truth == found:
        return f"{truth}, found as such"
    if not found:
        return f"{truth}, missed"
    return f"{truth} taken for {found}" if truth else f"{found} found where nothing is"
