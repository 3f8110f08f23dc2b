"""The gallery of a project's images, and their upload."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.bulk import ASKED_REASONS
from annotations.formats import registry
from annotations.imaging.addresses import media_url
from annotations.labeling.comments import KINDS
from annotations.listing import keyset_pagination
from annotations.listing.filters import ANYBODY, image_filter
from annotations.models import Image, ImageState, Lease, Origin, Project, Split, ViewState
from annotations.models.images import KEPT_AFTER_DELETION
from annotations.severity import severity_cache
from webapp.views.page import PageRequest, page, render_project

# At most so many lots or lines are offered, ids answered, and leases named.
SUGGESTED = 200
MAX_IDS = 200
MAX_LEASES = 500
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
def gallery(request: PageRequest, slug: str) -> HttpResponse:
    """Show the images that pass the filters; htmx asks for the list alone, or for the page after one."""
    project = get_project(request.user, slug)
    query = _without_empty_values(request.GET)
    filtered = image_filter(project, query)
    sort = query.get("sort", "new")
    if sort not in keyset_pagination.SORTS:
        sort = "new"
    after = query.get("after", "")
    rows = filtered.qs if filtered.is_valid() else Image.objects.none()
    shown_page = keyset_pagination.page_of(rows, project=project, sort=sort, after=after)
    _add_card_values(shown_page.images, project)
    deleted = bool(query.get("deleted"))
    context: dict[str, Any] = {
        "image_page": shown_page,
        "deleted_view": deleted,
        "errors": [] if filtered.is_valid() else filtered.errors.items(),
        "more_url": _query_string(query, after=shown_page.next_cursor) if shown_page.next_cursor else None,
    }
    if request.htmx and after:
        return render(request, "webapp/gallery/_cards.html", {"project": project, **context})
    context |= {"chips": _filter_chips(query), "any_filter": bool(_filter_names(query) - {"deleted"})}
    # A first page that is also the last one is counted already; the browser asks for other counts.
    counted = None if shown_page.next_cursor else len(shown_page.images)
    context |= {"found": counted, "count_query": _query_string(query)}
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
def count(request: PageRequest, slug: str) -> HttpResponse:
    """Answer how many images pass the filters, exactly up to `COUNTED`."""
    project = get_project(request.user, slug)
    filtered = image_filter(project, _without_empty_values(request.GET))
    found = filtered.qs.order_by()[: keyset_pagination.COUNTED + 1].count() if filtered.is_valid() else 0
    context: dict[str, Any] = {
        "found": min(found, keyset_pagination.COUNTED),
        "more_found": found > keyset_pagination.COUNTED,
    }
    return render(request, "webapp/gallery/_count.html", context)


@require_GET
@page
def cards(request: PageRequest, slug: str) -> HttpResponse:
    """Answer the cards of the ids in the query as they are now, without deleted images."""
    project = get_project(request.user, slug)
    rows = project.images.present().filter(pk__in=_ids(request))
    shown_page = keyset_pagination.page_of(rows, project=project, size=MAX_IDS)
    _add_card_values(shown_page.images, project)
    return render(request, "webapp/gallery/_cards.html", {"project": project, "image_page": shown_page})


@require_GET
@page
def live(request: PageRequest, slug: str) -> JsonResponse:
    """Answer the live leases, and which of the ids in the query have a picture now, or will get none."""
    project = get_project(request.user, slug)
    rows = Image.objects.filter(project=project, pk__in=_ids(request))
    done = rows.filter(view_state__in=[ViewState.READY, ViewState.FAILED])
    drawn = {
        image.pk: {"url": media_url(image, "thumbnail")}
        if image.view_state == ViewState.READY
        else {"error": image.view_error or "it could not be drawn"}
        for image in done
    }
    leases = Lease.objects.live(timezone.now()).filter(image__project=project)
    working = dict(leases.values_list("image_id", "user__username")[:MAX_LEASES])
    return JsonResponse({"drawn": drawn, "working": working})


def _ids(request: PageRequest) -> list[int]:
    texts = request.GET.get("ids", "").split(",")
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19][:MAX_IDS]


def _without_empty_values(data: QueryDict) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, values in data.lists():
        if kept := [value for value in values if value.strip()]:
            query.setlist(name, kept)
    return query


def _filter_names(query: QueryDict) -> set[str]:
    return {name for name in query if name not in ("sort", "after")}


def _query_string(query: QueryDict, *, without: str = "", after: str | None = None) -> str:
    pairs = [(name, v) for name, vs in query.lists() for v in vs if name not in ("after", without)]
    return "?" + urlencode(pairs + ([("after", after)] if after else []))


def _filter_chips(query: QueryDict) -> list[dict]:
    return [
        {
            "text": words.format(query[name]),
            "url": _query_string(query, without=name),
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
        "label_formats": registry.readable(),
        "sort": sort,
        "sorts": [(name, order.label) for name, order in keyset_pagination.SORTS.items()],
        "states": ImageState.choices,
        "splits": Split.choices,
        "origins": Origin.choices,
        "types": types,
        "grades": range(1, 1 + max((len(row.grades.all()) for row in types), default=0)),
        "lots": texts["lot"],
        "lines": texts["line"],
        "people": project.members.values_list("user__username", flat=True),
        "anybody": ANYBODY,
        "reasons": ASKED_REASONS,
        "comment_kinds": KINDS.items(),
        "origin_fields": [("lot", "Lot"), ("line", "Line"), ("part", "Part")],
        "folded_used": sum(name in query for name in FOLDED),
    }


def _add_card_values(rows: list[Image], project: Project) -> None:
    """Add to each image what its card shows: addresses, colors and sizes of boxes, severity, lease."""
    now, colors = timezone.now(), keyset_pagination.colors(project)
    up_to_date = project.severity_basis == severity_cache.basis(project)
    for image in rows:
        lease = getattr(image, "lease", None)
        vars(image).update(
            thumbnail_url=media_url(image, "thumbnail"),
            shown_severity=image.severity if up_to_date and image.severity_version == image.version else None,
            worker=lease.user.get_username() if lease and lease.expires_at > now else "",
        )
        if image.deleted_at:
            left = (image.deleted_at + KEPT_AFTER_DELETION - now) // timedelta(hours=1)
            vars(image).update(hours_left=max(0, left))
        for box in vars(image)["drawn_boxes"]:
            box.color = colors.get(box.defect_type_id, "#999999")
            box.width, box.height = box.xmax - box.xmin, box.ymax - box.ymin
