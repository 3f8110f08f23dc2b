"""The pages of a project, in the order of the tabs.

A page is one row here, beside its view, its template and its address in `urls.py`. The tabs, the tests of
access, and the tests that open every page (keyboard, width, TensorFlow) read this list.
"""

from collections.abc import Callable
from dataclasses import dataclass

from annotations.labeling.review import open_items
from annotations.models import Project, Role


@dataclass(frozen=True)
class Count:
    """A number beside the label of a tab, and the word that a screen reader adds to it."""

    of: Callable[[Project], int]
    word: str


@dataclass(frozen=True)
class ProjectPage:
    """One page: the `name` of its address, which takes the project's slug, and the `label` of its tab.

    `role` is the least role that may open it. Every member sees all tabs. `fills_window` says that the page
    fills the window and never scrolls.
    """

    name: str
    label: str
    role: Role = Role.INSPECTOR
    count: Count | None = None
    fills_window: bool = False


def _open_reviews(project: Project) -> int:
    return open_items(project).count()


PAGES = (
    ProjectPage("overview", "Overview"),
    ProjectPage("images", "Images"),
    ProjectPage("label", "Label", fills_window=True),
    ProjectPage(
        "review", "Review", role=Role.REVIEWER, count=Count(_open_reviews, "open"), fills_window=True
    ),
    ProjectPage("rounds", "Rounds"),
    ProjectPage("inspect", "Inspect"),
    ProjectPage("dashboard", "Dashboard"),
    ProjectPage("export", "Export"),
    ProjectPage("settings", "Settings"),
)


@dataclass(frozen=True)
class Tab:
    """A page as the tabs show it to a project: its number is 0 when there is nothing to show."""

    page: ProjectPage
    number: int
    current: bool


def tabs(project: Project, current: str) -> list[Tab]:
    """Return the tabs of `project`; `current` is the name of the page that is open."""
    return [
        Tab(page=page, number=page.count.of(project) if page.count else 0, current=page.name == current)
        for page in PAGES
    ]
