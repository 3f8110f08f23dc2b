"""The settings of a project; each section is a form of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

import annotations.projects
from annotations.access import get_project
from annotations.errors import BlemishError
from annotations.imaging import window_preview
from annotations.models import DefectType, Project, Role
from annotations.models.projects import PALETTE
from webapp.forms.settings import (
    NewMemberForm,
    NewTypeForm,
    ProjectForm,
    TypeForm,
    WindowForm,
    grade_rows,
)
from webapp.views.page import page, render_project

NOT_WRITTEN = 422


def _project_to_change(request: HttpRequest, slug: str) -> Project:
    return get_project(request.user, slug, role=Role.ENGINEER)


@require_GET
@page
def settings(request: HttpRequest, slug: str) -> HttpResponse:
    """Show all sections; members below engineer may read."""
    return _show(request, get_project(request.user, slug))


@require_POST
@page
def change_project(request: HttpRequest, slug: str) -> HttpResponse:
    """Write name, splits and targets."""
    project = _project_to_change(request, slug)
    form = ProjectForm(request.POST, instance=project)
    if _write(form, lambda: annotations.projects.change(project, **form.cleaned_data)):
        return _back(request, project, "project", "The project is changed.")
    return _show(request, project, project_form=form, status=NOT_WRITTEN)


@require_POST
@page
def change_window(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the gray window; every view is drawn anew."""
    project = _project_to_change(request, slug)
    form = WindowForm(request.POST)
    if _write(form, lambda: annotations.projects.change(project, **form.cleaned_data)):
        return _back(
            request, project, "window", "The gray window is changed; the pictures are being drawn anew."
        )
    return _show(request, project, window_form=form, status=NOT_WRITTEN)


@require_GET
@page
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer one image through the window in the query, as a PNG."""
    project = get_project(request.user, slug)
    form = WindowForm({"window_low": request.GET.get("low"), "window_high": request.GET.get("high")})
    if not form.is_valid():
        return HttpResponse(status=400)
    png = window_preview.preview(
        project, low=form.cleaned_data["window_low"], high=form.cleaned_data["window_high"]
    )
    return HttpResponse(png, content_type="image/png", headers={"Cache-Control": "private, max-age=60"})


@require_POST
@page
def add_type(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a defect type."""
    project = _project_to_change(request, slug)
    form = NewTypeForm(request.POST)
    if _write(form, lambda: annotations.projects.add_type(project, name=form.cleaned_data["name"].strip())):
        return _back(request, project, "types", f"{form.cleaned_data['name']} is added.")
    return _show(request, project, new_type_form=form, status=NOT_WRITTEN)


@require_POST
@page
def change_type(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Write one defect type with its grades."""
    project = _project_to_change(request, slug)
    defect_type = get_object_or_404(project.defect_types, pk=pk)
    form, rows = TypeForm(request.POST, instance=defect_type), grade_rows(defect_type, request.POST)

    def write() -> None:
        grades = [row.cleaned_data for row in rows if row.cleaned_data]
        annotations.projects.change_type(defect_type, grades=grades, **form.cleaned_data)

    if rows.is_valid() and _write(form, write):
        return _back(request, project, "types", f"{form.cleaned_data['name']} is changed.")
    form.is_valid()
    return _show(request, project, type_forms={defect_type.pk: (form, rows)}, status=NOT_WRITTEN)


@require_POST
@page
def move_type(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Move a defect type one place up or down."""
    project = _project_to_change(request, slug)
    defect_type = get_object_or_404(project.defect_types, pk=pk)
    annotations.projects.move_type(defect_type, by=-1 if request.POST.get("way") == "up" else 1)
    return _back(request, project, "types")


@require_POST
@page
def add_member(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a person, or give the person another role."""
    project = _project_to_change(request, slug)
    form = NewMemberForm(request.POST)

    def write() -> None:
        roles = _roles(project) | {form.cleaned_data["username"]: Role(form.cleaned_data["role"])}
        annotations.projects.set_members(project, roles)

    if _write(form, write):
        return _back(request, project, "members", f"{form.cleaned_data['username']} belongs to the project.")
    return _show(request, project, new_member_form=form, status=NOT_WRITTEN)


@require_POST
@page
def change_member(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change the role of a member, or end the membership."""
    project = _project_to_change(request, slug)
    member = get_object_or_404(project.members.select_related("user"), pk=pk)
    roles = _roles(project)
    if request.POST.get("role") in Role.values:
        roles[member.user] = Role(request.POST["role"])
        done = f"{member.user} is {roles[member.user].label.lower()} now."
    else:
        roles.pop(member.user, None)
        done = f"{member.user} does not belong to the project any more."
    try:
        annotations.projects.set_members(project, roles)
    except BlemishError as error:
        messages.error(request, str(error))
        return redirect("settings", project.slug)
    if member.user == request.user and project.role_of(request.user) is None:
        messages.success(request, f"You left {project.name}.")
        return redirect("projects")
    return _back(request, project, "members", done)


def _roles(project: Project) -> dict:
    return {member.user: Role(member.role) for member in project.members.select_related("user")}


def _write(form, verb) -> bool:
    """Call `verb` if `form` is valid; return whether it was done. An error of the verb goes to its field."""
    if not form.is_valid():
        return False
    try:
        verb()
    except BlemishError as error:
        field = getattr(error, "extra", {}).get("field")
        form.add_error(field if field in form.fields else None, str(error))
        return False
    return True


def _back(request: HttpRequest, project: Project, section: str, sentence: str = "") -> HttpResponse:
    if sentence:
        messages.success(request, sentence)
    return redirect(f"{reverse('settings', args=[project.slug])}#{section}")


def _show(
    request: HttpRequest,
    project: Project,
    *,
    project_form: ProjectForm | None = None,
    window_form: WindowForm | None = None,
    new_type_form: NewTypeForm | None = None,
    new_member_form: NewMemberForm | None = None,
    type_forms: dict[int, tuple] | None = None,
    status: int = 200,
) -> HttpResponse:
    # A refused form may have touched the instance; the frame shows what is stored.
    project = Project.objects.get(pk=project.pk)
    histogram = window_preview.histogram(project)
    context: dict[str, Any] = {
        "project_form": project_form or ProjectForm(instance=project),
        "window_form": window_form or WindowForm(initial=_levels(project, histogram)),
        "new_type_form": new_type_form or NewTypeForm(),
        "new_member_form": new_member_form or NewMemberForm(),
        "types": [
            _type_row(defect_type, (type_forms or {}).get(defect_type.pk)) for defect_type in _types(project)
        ],
        "palette": PALETTE,
        "roles": Role.choices,
        "members": project.members.select_related("user"),
        "histogram": histogram,
    }
    return render_project(
        request, "webapp/settings/settings.html", project, tab="settings", status=status, **context
    )


def _levels(project: Project, histogram: dict | None) -> dict[str, str]:
    window = {"window_low": project.window_low, "window_high": project.window_high}
    if project.window_low is None and histogram:
        window = {"window_low": 0, "window_high": histogram["highest"]}
    return {name: f"{level:.10g}" for name, level in window.items() if level is not None}


def _types(project: Project) -> list[DefectType]:
    return list(project.defect_types.prefetch_related("grades"))


def _type_row(defect_type: DefectType, bound: tuple | None) -> dict:
    form, rows = bound or (TypeForm(instance=defect_type), grade_rows(defect_type))
    return {"defect_type": defect_type, "form": form, "rows": rows, "open": bound is not None}
