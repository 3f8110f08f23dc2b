"""The label page: one image on a canvas, and the next one by claim."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET
from rest_framework.exceptions import NotFound

from annotations.access import get_image, get_project
from annotations.labeling import preferences
from annotations.labeling.image_wire import image_to_wire
from annotations.models import DefectType, Project
from inference import registry
from webapp.views.page import page, render_project


def _type_data(defect_type: DefectType, *, has_grader: bool) -> dict:
    grades = [
        {"level": grade.level, "name": grade.name, "criteria": grade.criteria, "weight": grade.weight}
        for grade in defect_type.grades.all()
    ]
    return {
        "id": defect_type.pk,
        "name": defect_type.name,
        "color": defect_type.color,
        "hotkey": defect_type.hotkey,
        "graded": defect_type.graded,
        "archived": defect_type.archived,
        "has_grader": has_grader,
        "grades": grades,
    }


def canvas_data(request: HttpRequest, project: Project) -> dict:
    """Return the data that the label and review pages embed for their modules.

    Project, types with grades, person, and the person's preferences, of all pages and of this project.
    """
    graded = registry.graders(project)
    types = project.defect_types.prefetch_related("grades")
    return {
        "project": {
            "slug": project.slug,
            "name": project.name,
            "window_low": project.window_low,
            "window_high": project.window_high,
        },
        "types": [_type_data(defect_type, has_grader=defect_type.name in graded) for defect_type in types],
        "user": request.user.get_username(),
        "role": project.role_of(request.user),
        "preferences": {
            "person": preferences.of(request.user),
            "project": preferences.of(request.user, project),
        },
        "person": {"id": request.user.pk, "name": request.user.get_username()},
        "types_fingerprint": project.types_fingerprint(),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "login_url": reverse("login"),
    }


@require_GET
@page
def label(request: HttpRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """Show the image `pk` to be labeled, or without it offer to claim the next one."""
    project = get_project(request.user, slug)
    image = None
    if pk is not None:
        image = get_image(request.user, pk)
        if image.project_id != project.pk:
            raise NotFound("There is no such image in this project.")
    waiting = project.images.present().filter(state="unlabeled").count()
    data = canvas_data(request, project) | {"image": image_to_wire(image) if image else None}
    context: dict[str, Any] = {
        "data": data,
        "image": image,
        "waiting": waiting,
        "has_types": bool(data["types"]),
    }
    return render_project(request, "webapp/workbench/label.html", project, tab="label", **context)
