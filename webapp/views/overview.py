"""The first page of a project: what to do next, and how things stand."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from annotations.access import get_project
from webapp.views.page import page, render_project


@require_GET
@page
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what to do next, the counts, and the last round."""
    project = get_project(request.user, slug)
    return render_project(request, "webapp/overview.html", project, tab="overview")
