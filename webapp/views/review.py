"""The review page: proposals that a person accepts, corrects or rejects."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.labeling import review as queue
from annotations.models import ReviewReason, Role
from webapp.views.label import canvas_data
from webapp.views.page import page, render_project


@require_GET
@page
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the review queue of a project to its reviewers."""
    project = get_project(request.user, slug, role=Role.REVIEWER)
    data = canvas_data(request, project) | {
        "reasons": dict(ReviewReason.choices),
        "counts": queue.counts(project),
    }
    return render_project(request, "webapp/workbench/review.html", project, tab="review", data=data)
