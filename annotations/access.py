"""Fetch a row and check the permission in one step, so that no view can forget the check.

Who is not a member of a project gets 404 and cannot learn whether something exists. A member whose role is
too low gets 403.
"""

from rest_framework.exceptions import NotFound, PermissionDenied

from annotations.models import Image, Project, Role


def require(project: Project, user, role: Role) -> None:
    """Raise NotFound unless `user` is a member of `project`, PermissionDenied unless at least `role`."""
    own_role = project.role_of(user)
    if own_role is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    _require_rank(project, own_role, role)


def _require_rank(project: Project, own_role: Role, role: Role) -> None:
    if own_role.rank < role.rank:
        raise PermissionDenied(
            f"This takes the role {role.label.lower()} in {project.name}; yours is {own_role.label.lower()}."
        )


def get_project(user, slug: str, *, role: Role = Role.INSPECTOR) -> Project:
    """Return the project `slug` for a `user` of at least `role`; raises NotFound, PermissionDenied."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    require(project, user, role)
    return project


def get_image(user, pk: int, *, role: Role = Role.INSPECTOR, deleted: bool = False) -> Image:
    """Return the image of the id `pk`, its project loaded, for a `user` of at least `role`.

    Raises NotFound, PermissionDenied.
    With `deleted`, an image whose deletion can still be undone is found too.
    """
    rows = Image.objects.filter(pk=pk).select_related("project")
    image = rows.present().first() or (rows.deleted().first() if deleted else None)
    own_role = image.project.role_of(user) if image else None
    if image is None or own_role is None:
        # The same sentence for both: who is no member cannot count images by trying ids.
        raise NotFound("There is no such image; it may have been deleted.")
    _require_rank(image.project, own_role, role)
    return image
