"""The pages' JavaScript: its unit tests, run by the playwright wheel's Node, its syntax and its imports."""

import re
import subprocess
from pathlib import Path

import playwright
import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(playwright.__file__).parent / "driver" / "node"
MODULES = sorted((ROOT / "static").rglob("*.js"))
# As far as hashed file names can be carried through imports of imports.
DEEPEST_IMPORT = 4
IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*?\bfrom\s*(?P<url>["'][^"']+["'])(?P<end>.?)""", re.M)


def _imports(module: Path) -> list[Path]:
    found = IMPORT.finditer(module.read_text(encoding="utf-8"))
    return [(module.parent / match["url"].strip("\"'")).resolve() for match in found]


def test_the_unit_tests_pass() -> None:
    tests = sorted(map(str, (ROOT / "tests" / "js").glob("*.test.js")))
    assert tests
    run = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", *tests], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_parses(module: Path) -> None:
    run = subprocess.run([NODE, "--check", module], capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_keep_the_form_that_hashed_file_names_need(module: Path) -> None:
    for match in IMPORT.finditer(module.read_text(encoding="utf-8")):
        assert re.fullmatch(r'"\.{1,2}/.*\.js"', match["url"]), f'write {match["url"]} as "./name.js"'
        assert match["end"] == ";", f"{match['url']}: end the import with a semicolon"
    assert all(path.exists() for path in _imports(module))


def _depth(module: Path, above: tuple[Path, ...] = ()) -> int:
    assert module not in above, f"imports go round in a circle at {module.name}"
    return max((1 + _depth(path, (*above, module)) for path in _imports(module)), default=0)


def test_imports_are_no_circle_and_four_levels_deep_at_most() -> None:
    for module in MODULES:
        assert _depth(module) <= DEEPEST_IMPORT, f"{module.name} imports too deep"


def test_every_module_asks_for_type_checks() -> None:
    unchecked = [
        path.name for path in MODULES if "// @ts-check" not in path.read_text(encoding="utf-8")[:200]
    ]
    assert unchecked == []
