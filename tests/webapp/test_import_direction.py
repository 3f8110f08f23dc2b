"""Imports go one way only: between the apps, between the pages and the REST layer, and between modules.

Every import counts, those inside functions and those of types included: an import that only works inside a
function hides a circle.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from runner import ROOT

APPS = ("annotations", "inference", "training", "webapp")
PACKAGES = (*APPS, "runner")
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


def _name(path: Path, root: Path) -> str:
    """Return the dotted name of the module in the file `path` below `root`."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(node: ast.AST, package: list[str]) -> list[tuple[str, str]]:
    """Return (module, name) of each import in `node`; a relative one starts at `package`."""
    if isinstance(node, ast.Import):
        return [(alias.name, "") for alias in node.names]
    if isinstance(node, ast.Constant) and "." in str(node.value):
        return [(str(node.value), "")]
    if not isinstance(node, ast.ImportFrom):
        return []
    parent = package[: len(package) - node.level + 1] if node.level else []
    base = ".".join([*parent, *filter(None, [node.module])])
    return [(base, alias.name) for alias in node.names]


def import_graph(root: Path, packages: tuple[str, ...]) -> dict[str, set[str]]:
    """Return what each module of `packages` below `root` imports of them, by dotted names.

    `from package import name` counts as an import of the module `package.name` where there is one, and of
    `package` otherwise. A string that is the dotted name of a module counts too: it is imported by name.
    """
    files = {_name(path, root): path for package in packages for path in (root / package).rglob("*.py")}
    graph: dict[str, set[str]] = {}
    for module, path in files.items():
        package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
        graph[module] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for base, name in _targets(node, package):
                found = f"{base}.{name}" if f"{base}.{name}" in files else base
                if found in files and found != module:
                    graph[module].add(found)
    return graph


def find_circle(graph: dict[str, set[str]]) -> str:
    """Return a circle of `graph` as "a <- b <- a", each imported by the next one, or "" without any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " <- ".join(error.args[1])
    return ""


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = import_graph(ROOT, PACKAGES)
    assert len(graph) > 100
    assert find_circle(graph) == ""


def test_tasks_are_enqueued_by_name_and_imported_by_celery_alone() -> None:
    graph = import_graph(ROOT, PACKAGES)
    tasks = {f"{app}.tasks" for app in ("annotations", "inference", "training")}
    assert tasks <= set(graph)
    assert {module: names & tasks for module, names in graph.items() if names & tasks} == {}


def test_a_circle_is_named_from_module_to_module() -> None:
    graph = {"a": {"b", "x"}, "b": {"c"}, "c": {"a", "x"}, "x": set()}
    assert find_circle(graph) in ("a <- c <- b <- a", "b <- a <- c <- b", "c <- b <- a <- c")
    assert find_circle({**graph, "c": {"x"}}) == ""
    assert find_circle({"a": {"b"}, "b": {"a"}}) in ("a <- b <- a", "b <- a <- b")


@pytest.mark.parametrize(
    "code",
    [
        "from app import two",
        "import app.two",
        "from app.two import thing",
        "from . import two",
        "from .two import thing",
        "def later():\n    from app import two",
        "from importlib import import_module\nimport_module('app.two')",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.two import Thing",
    ],
)
def test_every_way_to_import_a_module_counts(tmp_path: Path, code: str) -> None:
    (tmp_path / "app").mkdir()
    for name, text in {"__init__": "", "one": code, "two": "from app import one, other"}.items():
        (tmp_path / "app" / f"{name}.py").write_text(text + "\n", encoding="utf-8")
    graph = import_graph(tmp_path, ("app",))
    assert graph == {"app": set(), "app.one": {"app.two"}, "app.two": {"app.one", "app"}}
    assert find_circle(graph)
