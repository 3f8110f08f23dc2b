"""Create projects, and change their settings, defect types and members."""

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.text import slugify

from annotations.errors import Conflict, GradeInUse, InvalidSetting, NoEngineer
from annotations.imaging import previews
from annotations.models import Box, DefectType, Grade, Member, Project, Role
from annotations.models.projects import PALETTE

VIEWS_AT_ONCE = 100


def free_slug(name: str) -> str:
    """Return a slug made of `name` that no project has yet."""
    stem = slugify(name)[:50] or "project"
    taken = set(Project.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 2, stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug


def create(user, *, name: str, slug: str = "", **fields) -> Project:
    """Make a project with `user` (or nobody) as its engineer; raises Conflict when the slug is taken."""
    try:
        with transaction.atomic():
            project = Project.objects.create(
                name=name, slug=slug or free_slug(name), created_by=user, **fields
            )
            if user is not None:
                Member.objects.create(project=project, user=user, role=Role.ENGINEER)
    except IntegrityError as error:
        raise Conflict(f"The project {name} was not made: its short name is taken.") from error
    return project


@transaction.atomic
def change(project: Project, **fields) -> Project:
    """Write `fields` of `project`; another gray window makes every view and thumbnail anew.

    Raises InvalidSetting for a window or shares of splits that no project can have.
    """
    window = project.window_low, project.window_high
    for name, value in fields.items():
        setattr(project, name, value)
    low, high = project.window_low, project.window_high
    if (low is None) != (high is None) or (low is not None and high is not None and low >= high):
        raise InvalidSetting("The gray window needs a low below its high, or neither.", field="window_high")
    if project.calibration_percent + project.test_percent > 100:
        raise InvalidSetting("Calibration and test together exceed 100 percent.", field="test_percent")
    project.save(update_fields=list(fields))
    if (low, high) != window:
        previews.renew(project.images.all())
        # The first ones at once, so that a person sees the change; the sweep makes the others.
        first = list(project.images.present().values_list("pk", flat=True)[:VIEWS_AT_ONCE])
        transaction.on_commit(lambda: previews.request_views(first))
    return project


def set_members(project: Project, roles: Mapping[User, Role]) -> None:
    """Make the members of `project` exactly `roles`, user to role; raises NoEngineer without an engineer."""
    if Role.ENGINEER not in roles.values():
        raise NoEngineer(f"Nobody could change {project.name} any more: name at least one engineer.")
    with transaction.atomic():
        project.members.exclude(user__in=list(roles)).delete()
        for user, role in roles.items():
            Member.objects.update_or_create(project=project, user=user, defaults={"role": role})


def free_hotkey(project: Project, name: str) -> str:
    """Return the first letter of `name`, else of the alphabet, that is no hotkey of `project` yet, or ""."""
    taken = set(project.defect_types.filter(archived=False).values_list("hotkey", flat=True))
    letters = [letter for letter in name.lower() if "a" <= letter <= "z"]
    letters += [chr(code) for code in range(ord("a"), ord("z") + 1)]
    return next((letter for letter in letters if letter not in taken), "")


def add_type(project: Project, *, name: str, grades: Sequence[Mapping] = (), **fields) -> DefectType:
    """Add a defect type after the others, with a color and a hotkey of its own unless `fields` have them.

    `grades` are mappings with name, criteria and weight, lightest first. Raises Conflict, InvalidSetting.
    """
    last = project.defect_types.aggregate(last=Max("position"))["last"]
    position = 0 if last is None else last + 1
    defaults = {
        "position": position,
        "color": PALETTE[position % len(PALETTE)],
        "hotkey": free_hotkey(project, name),
    }
    defect_type = DefectType(project=project, name=name, **{**defaults, **fields})
    return _save_type(defect_type, grades)


def change_type(defect_type: DefectType, *, grades: Sequence[Mapping] | None = None, **fields) -> DefectType:
    """Write `fields` and, unless None, all `grades`; raises Conflict, InvalidSetting, GradeInUse."""
    present = defect_type.name
    for name, value in fields.items():
        setattr(defect_type, name, value)
    if defect_type.name != present and present not in defect_type.former_names:
        defect_type.former_names = [*defect_type.former_names, present]
    return _save_type(defect_type, grades)


@transaction.atomic
def move_type(defect_type: DefectType, *, by: int) -> None:
    """Move `defect_type` `by` places up (negative) or down; class ids of the next snapshot follow."""
    order = list(defect_type.project.defect_types.all())
    place = order.index(defect_type)
    order.insert(max(0, place + by), order.pop(place))
    for position, row in enumerate(order):
        if row.position != position:
            row.position = position
            row.save(update_fields=["position"])


def _save_type(defect_type: DefectType, grades: Sequence[Mapping] | None) -> DefectType:
    """Write the row of `defect_type` and its grades, all or nothing."""
    try:
        with transaction.atomic():
            defect_type.save()
            if grades is not None:
                _save_grades(defect_type, grades)
            if defect_type.graded and not defect_type.grades.exists():
                raise InvalidSetting(f"{defect_type.name} is graded: give it grades.", field="grades")
    except IntegrityError as error:
        raise Conflict(
            f"Another type of this project has the name or the hotkey of {defect_type.name}."
        ) from error
    # Grades that were loaded before are not those of now.
    return DefectType.objects.prefetch_related("grades").get(pk=defect_type.pk)


def _save_grades(defect_type: DefectType, grades: Sequence[Mapping]) -> None:
    """Make the grades of `defect_type` levels 1 to `len(grades)`; a level that boxes carry stays."""
    used = Box.objects.filter(defect_type=defect_type).aggregate(highest=Max("grade"))["highest"] or 0
    if used > len(grades):
        raise GradeInUse(
            f"Boxes of {defect_type.name} carry grade {used}: keep at least {used} grades.", field="grades"
        )
    defect_type.grades.filter(level__gt=len(grades)).delete()
    for level, grade in enumerate(grades, start=1):
        values = {name: grade[name] for name in ("name", "criteria", "weight") if name in grade}
        Grade.objects.update_or_create(defect_type=defect_type, level=level, defaults=values)
