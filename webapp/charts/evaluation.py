"""What the page of an evaluation draws: curves, sizes, the confusion matrix, the worst and best images."""

from urllib.parse import urlencode

from django.urls import reverse

from annotations.models import Project
from training.models import Evaluation, Round
from webapp.charts.evaluated_images import FALLBACK_COLOR, colors_by_type, image_card

STRIP = 6  # best and worst images that are shown at once


def evaluations_of(round_: Round) -> list[Evaluation]:
    """Return the evaluations of a round without their reports: models first, then checkpoints by step."""
    rows = round_.evaluations.defer("report").select_related("model")
    return sorted(rows, key=lambda row: (row.step is not None, row.checkpoint_round or 0, row.step or row.pk))


def shown_evaluation(round_: Round, rows: list[Evaluation]) -> Evaluation | None:
    """Return the evaluation that a round's page shows: that of its own detector, else the best one."""
    own = [row for row in rows if row.model_id and row.model_id == round_.detector_id]
    return next(iter(own), None) or max(
        rows, key=lambda row: -1 if row.metrics.get("map") is None else row.metrics["map"], default=None
    )


def evaluation_charts(project: Project, row: Evaluation) -> dict:
    """Return what the charts and tables of one evaluation draw."""
    report, colors = row.report, colors_by_type(project)
    # Of a few images the best ones are the worst ones again.
    orders = ("worst", "best") if row.metrics["images"] > STRIP else ("worst",)
    strips = {
        order: [image_card(image, colors) for image in row.seen(order=order)[:STRIP]] for order in orders
    }
    return {
        "charts": {
            "curves": report["curves"],
            "sizes": report["sizes"],
            "colors": {
                curve["name"]: colors.get(curve["name"], FALLBACK_COLOR)
                for curve in report["curves"]["types"]
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
                "title": f"{true or 'nothing there'}, found as {found or 'nothing'}: {count}",
            }
            for found, count in zip(keys, counts, strict=True)
        ]
        lines.append(
            {
                "name": true or "nothing there",
                "color": colors.get(true, FALLBACK_COLOR) if true else None,
                "total": total,
                "cells": cells,
            }
        )
    return {"heads": [(name, colors.get(name, FALLBACK_COLOR)) for name in names], "lines": lines}
