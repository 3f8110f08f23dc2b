"""The gallery of a project's images, and their upload."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.api.images import media_url
from annotations.models import Image, ImageState, Project, Split, ViewState
from webapp import gallery
from webapp.views.page import page, render_project

SUGGESTED_LOTS = 200
ASKED = 200
# Filters that have no control of their own: they come by links from the dashboard and are shown as chips.
CHIPS = {
    "settled": "labeled or auto-labeled",
    "labeled_from": "labeled from {}",
    "labeled_to": "labeled until {}",
    "line": "line {}",
    "no_line": "without a line",
    "no_lot": "without a lot",
    "labeled_on": "labeled on {}",
    "grade": "grade {}",
    "by": "box made by {}",
    "severity_from": "severity from {}",
    "severity_below": "severity below {}",
}


@require_GET
@page
def images(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the images that pass the filters; htmx asks for the list alone, or for the portion after one."""
    project = get_project(request.user, slug)
    query = _said(request.GET)
    shown = gallery.GalleryFilter(query, project)
    sort = query.get("sort") if query.get("sort") in gallery.SORTS else "new"
    after = query.get("after", "")
    rows = shown.qs if shown.is_valid() else Image.objects.none()
    part = gallery.portion(rows, sort=sort, after=int(after) if after.isdecimal() else None)
    _dress(part.images, gallery.colors(project))
    context = {
        "portion": part,
        "errors": [] if shown.is_valid() else shown.errors.items(),
        "more_url": _address(query, after=part.after) if part.after else None,
    }
    if request.htmx and after:
        return render(request, "webapp/_image_cards.html", {"project": project, **context})
    found = rows.order_by()[: gallery.COUNTED + 1].count()
    context |= {"found": min(found, gallery.COUNTED), "more_found": found > gallery.COUNTED}
    context |= {"chips": _chips(query), "any_filter": bool(_filters(query))}
    if request.htmx:
        return render(request, "webapp/_image_results.html", {"project": project, **context})
    return render_project(
        request, "webapp/images.html", project, tab="images", **context, **_controls(project, query, sort)
    )


@require_GET
@page
def drawn(request: HttpRequest, slug: str) -> JsonResponse:
    """Say which of the images of the ids in the query have their picture now, and which will get none."""
    project = get_project(request.user, slug)
    ids = [int(text) for text in request.GET.get("ids", "").split(",") if text.isdecimal()][:ASKED]
    rows = Image.objects.present().filter(project=project, pk__in=ids)
    done = rows.filter(view_state__in=[ViewState.READY, ViewState.FAILED])
    return JsonResponse(
        {
            image.pk: {"url": media_url(image, "thumbnail")}
            if image.view_state == ViewState.READY
            else {"error": image.view_error or "it could not be drawn"}
            for image in done
        }
    )


def _said(data: QueryDict) -> QueryDict:
    """Return the query without its empty values."""
    said = QueryDict(mutable=True)
    for name, values in data.lists():
        if kept := [value for value in values if value.strip()]:
            said.setlist(name, kept)
    return said


def _filters(query: QueryDict) -> list[str]:
    return [name for name in query if name not in ("sort", "after")]


def _address(query: QueryDict, *, without: str = "", after: int | None = None) -> str:
    pairs = [(name, v) for name, vs in query.lists() for v in vs if name not in ("after", without)]
    return "?" + urlencode(pairs + ([("after", after)] if after else []))


def _chips(query: QueryDict) -> list[dict]:
    return [
        {
            "text": words.format(query[name]),
            "url": _address(query, without=name),
            "name": name,
            "value": query[name],
        }
        for name, words in CHIPS.items()
        if name in query
    ]


def _controls(project: Project, query: QueryDict, sort: str) -> dict:
    lots = Image.objects.present().filter(project=project).exclude(lot="").order_by("lot")
    return {
        "query": query,
        "sort": sort,
        "sorts": gallery.SORTS.items(),
        "states": ImageState.choices,
        "splits": Split.choices,
        "types": project.defect_types.all(),
        "lots": lots.values_list("lot", flat=True).distinct()[:SUGGESTED_LOTS],
    }


def _dress(rows: list[Image], colors: dict[int, str]) -> None:
    """Give each image its thumbnail's address, and each drawn box its color and size."""
    for image in rows:
        image.thumbnail_url = media_url(image, "thumbnail")
        for box in image.drawn_boxes:
            box.color = colors.get(box.defect_type_id, "#999999")
            box.width, box.height = box.xmax - box.xmin, box.ymax - box.ymin
