"""The four apps import one way only: annotations, inference, training, webapp, each what stands before it."""

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


def _imported(path: Path) -> set[str]:
    """Return the first names of all imports in PATH, those inside functions and of types included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module.partition(".")[0])
    return names


def _modules(app: str) -> list[Path]:
    return sorted((ROOT / app).rglob("*.py"))


@pytest.mark.parametrize("app", APPS)
def test_an_app_imports_nothing_that_stands_after_it(app: str) -> None:
    later = set(APPS[APPS.index(app) + 1 :])
    wrong = {str(path.relative_to(ROOT)): _imported(path) & later for path in _modules(app)}
    assert {path: names for path, names in wrong.items() if names} == {}


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
