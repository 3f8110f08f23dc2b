"""The first page of a project: what to do next, and how things stand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from annotations.access import get_project
from annotations.models import Image, ImageState, JobState, Split
from webapp import next_steps
from webapp.charts import project_statistics
from webapp.views.page import page, render_project


@require_GET
@page
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what to do next, the counts per state and split, and what the last round reached."""
    project = get_project(request.user, slug)
    counts = project_statistics.image_counts(Image.objects.present().filter(project=project))
    situation = next_steps.read_situation(project, by_state=counts["by_state"])
    role = project.role_of(request.user)
    assert role is not None  # `get_project` lets members through alone
    steps = next_steps.steps(project, situation, role)
    done = project.rounds.filter(state=JobState.DONE).exclude(metrics={}).select_related("detector").first()
    context: dict[str, Any] = {
        "steps": steps,
        "counts": counts,
        "rows": [(state, counts["table"][state], counts["by_state"][state]) for state in ImageState],
        "splits": list(Split),
        "active": situation.active,
        "done": done,
        "types": project.defect_types.filter(archived=False),
    }
    return render_project(request, "webapp/projects/overview.html", project, tab="overview", **context)
