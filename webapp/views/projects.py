"""The list of projects, and making a new one."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import annotations.projects
from annotations.models import LABELED_STATES, Image, Project, ReviewItem, ReviewState
from training.models import Round
from webapp.forms.entry import NewProjectForm
from webapp.views.page import page


@require_http_methods(["GET", "POST"])
@page
def projects(request: HttpRequest) -> HttpResponse:
    """List the projects that this person belongs to; POST makes one."""
    form = NewProjectForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        project = annotations.projects.create(request.user, **form.cleaned_data)
        messages.success(request, f"{project.name} is made. Next: its defect types, then its images.")
        return redirect("overview", project.slug)
    context: dict[str, Any] = {"form": form, "projects": _with_counts(request.user)}
    return render(request, "webapp/projects/projects.html", context, status=422 if form.errors else 200)


def _with_counts(user) -> list[Project]:
    """Return the projects of `user` with image, open review and running round counts, in four queries."""
    rows = list(Project.objects.visible_to(user))
    images = Image.objects.present().filter(project__in=rows).order_by().values("project")
    totals = {
        row["project"]: row
        for row in images.annotate(
            total=Count("pk"),
            labeled=Count("pk", filter=Q(state__in=LABELED_STATES)),
        )
    }
    reviews = dict(
        ReviewItem.objects.filter(
            state=ReviewState.OPEN, image__project__in=rows, image__deleted_at__isnull=True
        )
        .order_by()
        .values_list("image__project")
        .annotate(n=Count("pk"))
    )
    active = {round_.project_id: round_ for round_ in Round.objects.active().filter(project__in=rows)}
    for project in rows:
        counts = totals.get(project.pk, {"total": 0, "labeled": 0})
        project.image_total, project.labeled_total = counts["total"], counts["labeled"]
        project.review_total = reviews.get(project.pk, 0)
        project.active_round = active.get(project.pk)
    return rows
