"""Cards of evaluated images: the picture with its labeled and predicted boxes, and the errors in words."""

from annotations.imaging.addresses import media_url
from annotations.models import Project, ViewState
from training.models import EvaluatedImage

FALLBACK_COLOR = "#8f8f8f"


def colors_by_type(project: Project) -> dict[str, str]:
    """Return the color of each defect type by its name."""
    return dict(project.defect_types.values_list("name", "color"))


def image_card(row: EvaluatedImage, colors: dict[str, str]) -> dict:
    """Return what the card of `row` shows; `colors` are those of the defect types by name."""
    image = row.image
    ready = image.view_state == ViewState.READY
    boxes = [
        _rectangle(box, colors, source="truth", wrong=_is_wrong(box, row.found) and not box["difficult"])
        for box in row.truth
    ]
    boxes += [
        _rectangle(box, colors, source="found", wrong=_is_wrong(box, row.truth) and box["counted"])
        for box in row.found
    ]
    return {
        "image": image,
        "thumbnail": media_url(image, "thumbnail") if ready else None,
        "view": media_url(image, "view") if ready else None,
        "quality": row.quality,
        "wrong": row.wrong,
        "boxes": boxes,
        "lines": _error_lines(row),
    }


def _is_wrong(box: dict, others: list[dict]) -> bool:
    return box["pair"] is None or others[box["pair"]]["type"] != box["type"]


def _rectangle(box: dict, colors: dict[str, str], *, source: str, wrong: bool) -> dict:
    """Return the SVG rectangle of a `truth` or a `found` box, with its title."""
    xmin, ymin, xmax, ymax = box["box"]
    title = f"Found: {box['type']} {box['score']:.2f}" if source == "found" else f"Labeled: {box['type']}"
    return {
        "x": f"{xmin:.1f}",
        "y": f"{ymin:.1f}",
        "width": f"{max(0.0, xmax - xmin):.1f}",
        "height": f"{max(0.0, ymax - ymin):.1f}",
        "color": colors.get(box["type"], FALLBACK_COLOR),
        "source": source,
        "wrong": wrong,
        "title": title,
    }


def _error_lines(row: EvaluatedImage) -> list[dict]:
    """Return a line for each wrong box, then the number of right ones."""
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
