"""The gallery of a project's images, and their upload."""

from datetime import timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.bulk import ASKED_REASONS
from annotations.imaging.addresses import media_url
from annotations.labeling.comments import KINDS
from annotations.listing import portions
from annotations.listing.filters import ANYBODY, image_filter
from annotations.models import Image, ImageState, Lease, Origin, Project, Split, ViewState
from annotations.models.images import KEPT_AFTER_DELETION
from annotations.severity import severity_cache
from webapp.views.page import page, render_project

SUGGESTED = 200
ASKED = 200
WORKERS = 500
# Filters that have no control of their own: they come by links from the dashboard and are shown as chips.
CHIPS = {
    "settled": "labeled or auto-labeled",
    "labeled_from": "labeled from {}",
    "labeled_to": "labeled until {}",
    "no_line": "without a line",
    "no_lot": "without a lot",
    "labeled_on": "labeled on {}",
    "severity_from": "severity from {}",
    "severity_below": "severity below {}",
    "part": "part {}",
}
# Controls that are folded away while none of them is used.
FOLDED = ("line", "grade", "by", "labeler", "working", "comments", "worst_from", "worst_below")


@require_GET
@page
def images(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the images that pass the filters; htmx asks for the list alone, or for the portion after one."""
    project = get_project(request.user, slug)
    query = _said(request.GET)
    shown = image_filter(project, query)
    sort = query.get("sort") if query.get("sort") in portions.SORTS else "new"
    after = query.get("after", "")
    rows = shown.qs if shown.is_valid() else Image.objects.none()
    part = portions.portion(rows, project=project, sort=sort, after=after)
    _dress(part.images, project)
    deleted = bool(query.get("deleted"))
    context = {
        "portion": part,
        "deleted_view": deleted,
        "errors": [] if shown.is_valid() else shown.errors.items(),
        "more_url": _address(query, after=part.after) if part.after else None,
    }
    if request.htmx and after:
        return render(request, "webapp/gallery/_cards.html", {"project": project, **context})
    context |= {"chips": _chips(query), "any_filter": bool(_filters(query) - {"deleted"})}
    # A first portion that is also the last one is counted already; other counts follow by themselves.
    counted = None if part.after else len(part.images)
    context |= {"found": counted, "count_query": _address(query)}
    context |= {"deleted_count": project.images.deleted().count()}
    if request.htmx:
        return render(request, "webapp/gallery/_results.html", {"project": project, **context})
    return render_project(
        request,
        "webapp/gallery/gallery.html",
        project,
        tab="images",
        **context,
        **_controls(project, query, sort),
    )


@require_GET
@page
def count(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how many images pass the filters, up to a number beyond which nobody counts along."""
    project = get_project(request.user, slug)
    shown = image_filter(project, _said(request.GET))
    found = shown.qs.order_by()[: portions.COUNTED + 1].count() if shown.is_valid() else 0
    context = {"found": min(found, portions.COUNTED), "more_found": found > portions.COUNTED}
    return render(request, "webapp/gallery/_count.html", context)


@require_GET
@page
def cards(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the cards of the ids in the query as they are now, deleted ones left out."""
    project = get_project(request.user, slug)
    rows = project.images.present().filter(pk__in=_ids(request))
    part = portions.portion(rows, project=project, size=ASKED)
    _dress(part.images, project)
    return render(request, "webapp/gallery/_cards.html", {"project": project, "portion": part})


@require_GET
@page
def live(request: HttpRequest, slug: str) -> JsonResponse:
    """Say who works where now, and which of the ids in the query have their picture, or will get none."""
    project = get_project(request.user, slug)
    rows = Image.objects.filter(project=project, pk__in=_ids(request))
    done = rows.filter(view_state__in=[ViewState.READY, ViewState.FAILED])
    drawn = {
        image.pk: {"url": media_url(image, "thumbnail")}
        if image.view_state == ViewState.READY
        else {"error": image.view_error or "it could not be drawn"}
        for image in done
    }
    held = Lease.objects.live(timezone.now()).filter(image__project=project)
    working = dict(held.values_list("image_id", "user__username")[:WORKERS])
    return JsonResponse({"drawn": drawn, "working": working})


def _ids(request: HttpRequest) -> list[int]:
    texts = request.GET.get("ids", "").split(",")
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19][:ASKED]


def _said(data: QueryDict) -> QueryDict:
    """Return the query without its empty values."""
    said = QueryDict(mutable=True)
    for name, values in data.lists():
        if kept := [value for value in values if value.strip()]:
            said.setlist(name, kept)
    return said


def _filters(query: QueryDict) -> set[str]:
    return {name for name in query if name not in ("sort", "after")}


def _address(query: QueryDict, *, without: str = "", after: str | None = None) -> str:
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
    rows = project.images.present()
    texts = {
        name: rows.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()[:SUGGESTED]
        for name in ("lot", "line")
    }
    types = list(project.defect_types.prefetch_related("grades"))
    return {
        "query": query,
        "sort": sort,
        "sorts": [(name, order.label) for name, order in portions.SORTS.items()],
        "states": ImageState.choices,
        "splits": Split.choices,
        "origins": Origin.choices,
        "types": types,
        "grades": range(1, 1 + max((len(kind.grades.all()) for kind in types), default=0)),
        "lots": texts["lot"],
        "lines": texts["line"],
        "people": project.members.values_list("user__username", flat=True),
        "anybody": ANYBODY,
        "reasons": ASKED_REASONS,
        "comment_kinds": KINDS.items(),
        "origin_fields": [("lot", "Lot"), ("line", "Line"), ("part", "Part")],
        "folded_used": sum(name in query for name in FOLDED),
    }


def _dress(rows: list[Image], project: Project) -> None:
    """Give each image what its card shows: addresses, colors and sizes of boxes, severity, who is there."""
    now, colors = timezone.now(), portions.colors(project)
    told = project.severity_basis == severity_cache.basis(project)
    for image in rows:
        image.thumbnail_url = media_url(image, "thumbnail")
        image.shown_severity = image.severity if told and image.severity_version == image.version else None
        held = getattr(image, "lease", None)
        image.worker = held.user.get_username() if held and held.expires_at > now else ""
        if image.deleted_at:
            image.hours_left = max(0, (image.deleted_at + KEPT_AFTER_DELETION - now) // timedelta(hours=1))
        for box in image.drawn_boxes:
            box.color = colors.get(box.defect_type_id, "#999999")
            box.width, box.height = box.xmax - box.xmin, box.ymax - box.ymin
