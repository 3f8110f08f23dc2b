"""The pages' JavaScript: its unit tests, run by the playwright wheel's Node, its imports and functions."""

import json
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
# The rooms of static/ from the lowest floor to the highest: a room imports from floors below its own.
# Types in comments load nothing, so they may name any room.
FLOORS = [
    ("ui",),
    ("boxes",),
    ("server",),
    ("canvas",),
    ("imaging",),
    ("saving",),
    ("conflicts",),
    ("comments",),
    ("revisions",),
    ("panel",),
    ("workbench",),
    ("label", "review", "pages"),
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
LONGEST_FUNCTION = 100
# Modules that need no page: each has a test of its own, which Node runs as it is.
PURE = {
    "ui": "key_capture keymap messages reserved_keys tabs user_keymap",
    "boxes": "box_editor boxes clipboard geometry history merge next_box selection severity store",
    "canvas": "draw_tool edit_tool extreme_tool grid hit_test layers outlines overview spatial_index toolbox"
    " view viewport wheel",
    "imaging": "clahe display_commands histogram histogram_view pyramid raster tile_cache tile_intake"
    " tile_painting tile_plan tile_rendering tile_worker tiled_picture tone_mapping",
    "panel": "announcer box_list box_styles grade_advice",
    "server": "csrf error_sentence addresses api image_queue lease_heartbeat loader",
    "saving": "browser_storage browser_tabs outbox preferences save_machine save_state saver unsent_storage"
    " unsent_work",
    "conflicts": "conflict_choices",
    "comments": "drafts threads",
    "revisions": "difference revision_list revision_reader",
    "workbench": "commands",
    "review": "decisions proposal queue_counts upcoming",
}
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


@pytest.mark.parametrize("module", [f"{room}/{name}" for room in PURE for name in PURE[room].split()])
def test_a_pure_module_has_a_test_of_its_own(module: str) -> None:
    test = ROOT / "tests" / "js" / f"{module}.test.js"
    assert f'"../../../static/{module}.js"' in test.read_text(encoding="utf-8")


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


def _circle(module: Path, above: tuple[Path, ...] = ()) -> None:
    assert module not in above, f"imports go round in a circle at {module.name}"
    for path in _imports(module):
        _circle(path, (*above, module))


def test_modules_import_in_no_circle() -> None:
    for module in MODULES:
        _circle(module)


def _room(module: Path) -> str:
    return module.relative_to(ROOT / "static").parts[0]


def test_every_module_lies_in_a_room() -> None:
    assert {_room(module) for module in MODULES} == set(FLOOR_OF)


@pytest.mark.parametrize("room", FLOOR_OF)
def test_a_room_imports_from_the_floors_below(room: str) -> None:
    forbidden = [
        f"{module.relative_to(ROOT)} imports {path.relative_to(ROOT)}"
        for module in MODULES
        if _room(module) == room
        for path in _imports(module)
        if _room(path) != room and FLOOR_OF[_room(path)] >= FLOOR_OF[room]
    ]
    assert forbidden == []


def _functions(modules: list[Path]) -> list[dict]:
    compiler = typescript()
    if not compiler:
        skip_or_fail("There is no TypeScript here: apt-get install node-typescript")
    parser = compiler.with_name("typescript.js")
    command = [NODE, Path(__file__).parent / "function_lengths.cjs", parser, *modules]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_the_length_of_a_function_is_counted_in_lines_of_its_body(tmp_path: Path) -> None:
    module = tmp_path / "one.js"
    module.write_text(
        "function outer() {\n  const inner = () => {\n    return 1;\n  };\n  return inner;\n}\n"
    )
    counted = {function["name"]: function["lines"] for function in _functions([module])}
    assert counted == {"outer": 6, "inner": 3}


def test_no_function_is_longer_than_a_hundred_lines() -> None:
    functions = _functions(MODULES)
    assert len(functions) > len(MODULES)
    long = [
        f"{Path(function['file']).relative_to(ROOT / 'static')}: {function['name']}"
        for function in functions
        if function["lines"] > LONGEST_FUNCTION
    ]
    assert long == []


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
