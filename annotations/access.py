"""Fetch and authorise in one step, so that no view can forget the second half.

A stranger learns nothing: what he may not see does not exist for him (404). A member whose role is too
low is told so (403).
"""

from rest_framework.exceptions import NotFound, PermissionDenied

from annotations.models import Image, Project, Role


def require(project: Project, user, role: Role) -> None:
    """Raise NotFound unless USER is a member of PROJECT, PermissionDenied unless at least ROLE."""
    held = project.role_of(user)
    if held is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    _suffice(project, held, role)


def _suffice(project: Project, held: Role, role: Role) -> None:
    if held.rank < role.rank:
        raise PermissionDenied(
            f"This takes the role {role.label.lower()} in {project.name}; yours is {held.label.lower()}."
        )


def get_project(user, slug: str, *, role: Role = Role.INSPECTOR) -> Project:
    """Return the project SLUG for a USER of at least ROLE; raises NotFound, PermissionDenied."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    require(project, user, role)
    return project


def get_image(user, pk: int, *, role: Role = Role.INSPECTOR, deleted: bool = False) -> Image:
    """Return the image PK, its project loaded, for a USER of at least ROLE; raises as get_project.

    DELETED finds it also while its deletion can be taken back.
    """
    rows = Image.objects.filter(pk=pk).select_related("project")
    image = rows.present().first() or (rows.deleted().first() if deleted else None)
    held = image.project.role_of(user) if image else None
    if image is None or held is None:
        # The same sentence for both: a stranger cannot count a project's images by trying numbers.
        raise NotFound("There is no such image; it may have been deleted.")
    _suffice(image.project, held, role)
    return image
