"""Imports go one way only: between the four apps, and between the pages and the REST layer."""

import ast
from pathlib import Path

import pytest

from runner import ROOT

APPS = ("annotations", "inference", "training", "webapp")
# Loading one of these costs seconds and hundreds of megabytes, so a page never does it.
HEAVY = {"tensorflow", "keras"}
# The folders whose modules may name them; only workers and commands load those, when they run something.
WITH_TENSORFLOW = (
    "inference/detector/",
    "inference/graders/",
    "inference/formats/tfrecords.py",
    "training/detector/",
    "training/graders/",
    "training/tensorboard.py",
)


def _imported_modules(path: Path) -> set[str]:
    """Return the dotted names that `path` imports, those inside functions and of types included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _imported(path: Path) -> set[str]:
    """Return the top-level packages that `path` imports."""
    return {name.partition(".")[0] for name in _imported_modules(path)}


def _modules(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.py"))


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_nothing_that_stands_after_it(app: str) -> None:
    later = set(APPS[APPS.index(app) + 1 :])
    wrong = {str(path.relative_to(ROOT)): _imported(path) & later for path in _modules(app)}
    assert {path: names for path, names in wrong.items() if names} == {}


def _imports_below(folder: str, packages: tuple[str, ...]) -> dict[str, list[str]]:
    """Return what the modules of `folder` import of `packages`, by the path of the module."""
    modules = _modules(folder)
    assert modules, folder
    found = {
        path.relative_to(ROOT).as_posix(): [
            name for name in _imported_modules(path) if f"{name}.".startswith(packages)
        ]
        for path in modules
    }
    return {path: names for path, names in found.items() if names}


@pytest.mark.parametrize("folder", ["views", "forms", "charts", "templatetags", "demo"])
def test_pages_import_nothing_of_the_rest_layer(folder: str) -> None:
    rest = tuple(f"{app}.api." for app in APPS)
    assert _imports_below(f"webapp/{folder}", (*rest, "rest_framework.serializers.")) == {}


def test_the_rest_layer_below_webapp_imports_nothing_of_it() -> None:
    for app in APPS[:-1]:
        assert _imports_below(f"{app}/api", ("webapp.",)) == {}


@pytest.mark.parametrize("folder", ["views", "templatetags"])
def test_the_rest_layer_of_webapp_imports_no_views(folder: str) -> None:
    assert _imports_below("webapp/api", (f"webapp.{folder}.",)) == {}


@pytest.mark.parametrize(
    "room", ["listing", "imaging", "labeling", "severity", "intake", "formats", "models"]
)
def test_what_pages_and_rest_share_lies_below_both(room: str) -> None:
    above = (
        "annotations.api.",
        "rest_framework.serializers.",
        "rest_framework.pagination.",
        "drf_spectacular.",
    )
    assert _imports_below(f"annotations/{room}", above) == {}


@pytest.mark.parametrize("app", APPS)
def test_only_the_engine_names_tensorflow(app: str) -> None:
    naming = [path.relative_to(ROOT).as_posix() for path in _modules(app) if _imported(path) & HEAVY]
    assert [path for path in naming if not path.startswith(WITH_TENSORFLOW)] == []


def test_inference_names_no_keras() -> None:
    assert [path.name for path in _modules("inference") if "keras" in _imported(path)] == []


def test_the_two_commands_use_the_standard_library_alone() -> None:
    import sys

    allowed = set(sys.stdlib_module_names) | {"runner"}
    for path in [ROOT / "run.py", *_modules("runner")]:
        assert _imported(path) <= allowed, path.name
