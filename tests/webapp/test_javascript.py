"""The pages' JavaScript: its unit tests, run by the playwright wheel's Node, its types and its imports."""

import re
import subprocess
from pathlib import Path

import playwright
import pytest

from runner.debian import typescript
from tests.support.missing import skip_or_fail

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(playwright.__file__).parent / "driver" / "node"
TEMPLATES = sorted((ROOT / "webapp" / "templates").rglob("*.html"))
MODULES = sorted((ROOT / "static").rglob("*.js"))
# As far as hashed file names can be carried through imports of imports.
DEEPEST_IMPORT = 40
IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*?\bfrom\s*(?P<url>["'][^"']+["'])(?P<end>.?)""", re.M)

EXPORT = re.compile(r"^export\s+(?:async\s+)?(?:function\*?|class|const|let)\s+(\w+)", re.M)


def _imports(module: Path) -> list[Path]:
    found = IMPORT.finditer(module.read_text(encoding="utf-8"))
    return [(module.parent / match["url"].strip("\"'")).resolve() for match in found]


def test_the_unit_tests_pass() -> None:
    tests = sorted(map(str, (ROOT / "tests" / "js").rglob("*.test.js")))
    assert tests
    run = subprocess.run(
        [NODE, "--test", "--test-reporter=tap", *tests], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("config", ["jsconfig.json", "tests/js/jsconfig.json"])
def test_the_types_hold(config: str) -> None:
    compiler = typescript()
    if not compiler:
        skip_or_fail("There is no TypeScript here: apt-get install node-typescript")
    command = [NODE, compiler, "--project", ROOT / config, "--pretty", "false"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
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


def test_no_module_is_left_that_no_page_loads() -> None:
    pages = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    loaded = {
        (ROOT / "static" / name).resolve()
        for text in pages
        for name in re.findall(r"""\bstatic\s+['"]([^'"]+\.js)['"]""", text)
    }
    # Beside imports: what a module starts as a worker, or imports when it is needed.
    while more := {path for module in loaded.intersection(MODULES) for path in _reached(module)} - loaded:
        loaded |= more
    assert [str(path.relative_to(ROOT)) for path in MODULES if path not in loaded] == []


def _reached(module: Path) -> list[Path]:
    text = module.read_text(encoding="utf-8")
    also = re.findall(r"""(?:\bimport\(|\bnew URL\()\s*["'](\.[^"']+\.js)["']""", text)
    return _imports(module) + [(module.parent / name).resolve() for name in also]


def test_everything_that_is_exported_is_used() -> None:
    imported: dict[Path, set[str]] = {}
    for module in [*MODULES, *(ROOT / "tests" / "js").rglob("*.js")]:
        text = module.read_text(encoding="utf-8")
        for match in re.finditer(r"""\bimport\s+\{([^}]*)\}\s+from\s+"([^"]+)";""", text):
            names = {name.split(" as ")[0].strip() for name in match[1].split(",")} - {""}
            imported.setdefault((module.parent / match[2]).resolve(), set()).update(names)
    unused = [
        f"{module.relative_to(ROOT)}: {name}"
        for module, text in [(path, path.read_text(encoding="utf-8")) for path in MODULES]
        for name in EXPORT.findall(text)
        if name not in imported.get(module, set()) and len(re.findall(rf"\b{name}\b", text)) == 1
    ]
    assert unused == [], "\n".join(unused)


def test_every_module_asks_for_type_checks() -> None:
    unchecked = [
        path.name for path in MODULES if "// @ts-check" not in path.read_text(encoding="utf-8")[:200]
    ]
    assert unchecked == []
