"""Why a model scores what it scores: curves, sizes, confusions, and the images behind each number."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.imaging.addresses import media_url
from annotations.models import Project, ViewState
from training.models import EvaluatedImage, Evaluation, Round
from webapp.views.page import page, render_project

PORTION = 24
STRIP = 6  # best and worst images that are shown at once
FALLBACK = "#8f8f8f"


@require_GET
@page
def evaluation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show one evaluation whole."""
    project = get_project(request.user, slug)
    row = _find(project, pk)
    context = {"evaluation": row, "explained": explain(project, row)}
    return render_project(request, "webapp/evaluation/evaluation.html", project, tab="rounds", **context)


@require_GET
@page
def images(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Show the images of an evaluation, or those behind one cell, with what was labeled and found."""
    project = get_project(request.user, slug)
    row = _find(project, pk)
    truth, found = request.GET.get("truth"), request.GET.get("found")
    order = "best" if request.GET.get("order") == "best" else "worst"
    asked = request.GET.get("start", "")
    start = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    rows = row.seen(truth=truth, found=found, order=order)
    shown = list(rows[start : start + PORTION + 1])
    said = {name: value for name, value in (("truth", truth), ("found", found)) if value is not None}
    colors = colors_of(project)
    more = urlencode({**said, "order": order, "start": start + PORTION})
    context = {
        "project": project,
        "evaluation": row,
        "cards": [draw(image, colors) for image in shown[:PORTION]],
        "more_url": f"?{more}" if len(shown) > PORTION else None,
    }
    if request.htmx and start:
        return render(request, "webapp/evaluation/_images.html", context)
    context |= {
        "title": _title(truth, found, order),
        "order": order,
        "total": rows.count(),
        "orders": [(name, urlencode({**said, "order": name})) for name in ("worst", "best")],
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


def colors_of(project: Project) -> dict[str, str]:
    """Return the color of each defect type by its name."""
    return dict(project.defect_types.values_list("name", "color"))


def compare(round_: Round) -> list[Evaluation]:
    """Return what was measured in a round, without the reasons: models first, then checkpoints in order."""
    rows = round_.evaluations.defer("report").select_related("model")
    return sorted(rows, key=lambda row: (row.step is not None, row.checkpoint_round or 0, row.step or row.pk))


def chosen(round_: Round, rows: list[Evaluation]) -> Evaluation | None:
    """Return the evaluation that a round's page explains: its own detector's, or the best one's."""
    mine = [row for row in rows if row.model_id and row.model_id == round_.detector_id]
    return next(iter(mine), None) or max(
        rows, key=lambda row: -1 if row.metrics.get("map") is None else row.metrics["map"], default=None
    )


def explain(project: Project, row: Evaluation) -> dict:
    """Return what the charts and tables of one evaluation draw."""
    report, colors = row.report, colors_of(project)
    # Of a few images the best ones are the worst ones again.
    orders = ("worst", "best") if row.metrics["images"] > STRIP else ("worst",)
    strips = {order: [draw(image, colors) for image in row.seen(order=order)[:STRIP]] for order in orders}
    return {
        "charts": {
            "curves": report["curves"],
            "sizes": report["sizes"],
            "colors": {
                curve["name"]: colors.get(curve["name"], FALLBACK) for curve in report["curves"]["types"]
            },
        },
        "coco": report["coco"],
        "sizes": report["sizes"],
        "edges": [f"{edge:.0%}" for edge in report["size_edges"]],
        "confusion": report["confusion"],
        "matrix": _matrix(project, row, colors),
        "strips": [(order, cards) for order, cards in strips.items() if cards],
        "few": len(orders) == 1,
    }


def _matrix(project: Project, row: Evaluation, colors: dict[str, str]) -> dict:
    """Return the confusion matrix with a link and a shade for each cell that holds boxes."""
    confusion = row.report["confusion"]
    names = confusion["names"]
    address = reverse("evaluation-images", args=[project.slug, row.pk])
    keys = [*names, ""]
    lines = []
    for true, counts in zip(keys, confusion["rows"], strict=True):
        total = sum(counts)
        cells = [
            {
                "count": count,
                "share": f"{count / total:.3f}" if total else "0",
                "right": true == found and bool(true),
                "corner": not true and not found,
                "url": f"{address}?{urlencode({'truth': true, 'found': found})}" if count else None,
                "says": f"{true or 'nothing there'}, found as {found or 'nothing'}: {count}",
            }
            for found, count in zip(keys, counts, strict=True)
        ]
        lines.append(
            {
                "name": true or "nothing there",
                "color": colors.get(true, FALLBACK) if true else None,
                "total": total,
                "cells": cells,
            }
        )
    return {"heads": [(name, colors.get(name, FALLBACK)) for name in names], "lines": lines}


def draw(row: EvaluatedImage, colors: dict[str, str]) -> dict:
    """Return what a card shows of one evaluated image: the picture, its boxes, and its faults in words."""
    image = row.image
    ready = image.view_state == ViewState.READY
    boxes = [
        _drawn(box, colors, kind="truth", wrong=_differs(box, row.found) and not box["difficult"])
        for box in row.truth
    ]
    boxes += [
        _drawn(box, colors, kind="found", wrong=_differs(box, row.truth) and box["counted"])
        for box in row.found
    ]
    return {
        "image": image,
        "thumbnail": media_url(image, "thumbnail") if ready else None,
        "view": media_url(image, "view") if ready else None,
        "quality": row.quality,
        "wrong": row.wrong,
        "boxes": boxes,
        "lines": _lines(row),
    }


def _differs(box: dict, others: list[dict]) -> bool:
    return box["pair"] is None or others[box["pair"]]["type"] != box["type"]


def _drawn(box: dict, colors: dict[str, str], *, kind: str, wrong: bool) -> dict:
    xmin, ymin, xmax, ymax = box["box"]
    said = f"{box['type']} {box['score']:.2f}" if kind == "found" else box["type"]
    return {
        "x": f"{xmin:.1f}",
        "y": f"{ymin:.1f}",
        "width": f"{max(0.0, xmax - xmin):.1f}",
        "height": f"{max(0.0, ymax - ymin):.1f}",
        "color": colors.get(box["type"], FALLBACK),
        "kind": kind,
        "wrong": wrong,
        "says": f"{'Found' if kind == 'found' else 'Labeled'}: {said}",
    }


def _lines(row: EvaluatedImage) -> list[dict]:
    """Return a line for each box that went wrong, then how many were right."""
    lines, right = [], 0
    for box in row.found:
        partner = None if box["pair"] is None else row.truth[box["pair"]]["type"]
        if partner == box["type"]:
            right += 1
        elif partner is not None:
            lines.append({"state": "wrong", "text": f"{partner} taken for {box['type']} {box['score']:.2f}"})
        elif box["counted"]:
            lines.append({"state": "extra", "text": f"{box['type']} {box['score']:.2f} where nothing is"})
    lines += [
        {"state": "missed", "text": f"{box['type']} missed"}
        for box in row.truth
        if box["pair"] is None and not box["difficult"]
    ]
    if right or not lines:
        lines.append({"state": "right", "text": f"{right} right" if right else "rightly left empty"})
    return lines
