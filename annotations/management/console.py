"""What commands share: the project of an argument, and closing tables."""

from collections.abc import Sequence

from django.core.management.base import CommandError

from annotations.models import Project


def find_project(slug: str) -> Project:
    """Return the project `slug`; raises CommandError listing the known ones."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)[:10]) or "none yet"
        raise CommandError(f"There is no project {slug!r}; there are: {known}.")
    return project


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return `header` and `rows` as aligned text; numbers stand right, None is a dash."""

    def show(value: object) -> str:
        if value is None:
            return "–"
        return f"{value:.3f}" if isinstance(value, float) else str(value)

    lines = [[show(value) for value in row] for row in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    numeric = [
        all(isinstance(row[column], int | float | None) for row in rows) for column in range(len(header))
    ]
    aligned = (
        "  ".join(
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )
    return "\n".join(aligned)
