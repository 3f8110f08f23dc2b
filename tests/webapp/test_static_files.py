"""Static files get a hash in their names, imports included, and nothing asks another host."""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import override_settings

from runner import ROOT

OURS = [
    path
    for folder in ("static", "webapp/templates", "annotations/templates")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".html", ".js", ".css", ".svg"}
]
IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*?from "([^"]+)";""", re.MULTILINE)
ADDRESS = re.compile(r"""(?:https?:)?//[\w.-]+\.\w+[^\s"'`)>]*""")
FETCHES = r"""(?:src|href|action|url|@import|from|fetch)\s*[=(:]?\s*["']?"""
# Names of XML vocabularies are no addresses that anything fetches.
VOCABULARIES = ("http://www.w3.org/",)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with all static files, collected as a start does."""
    folder = tmp_path_factory.mktemp("static")
    storages = {"staticfiles": {"BACKEND": "webapp.staticfiles.ModuleAwareStorage"}}
    with override_settings(STATIC_ROOT=folder, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


def _manifest(folder: Path) -> dict[str, str]:
    return json.loads((folder / "staticfiles.json").read_text(encoding="utf-8"))["paths"]


def test_every_file_of_ours_has_a_hashed_copy(collected: Path) -> None:
    paths = _manifest(collected)
    for source in (ROOT / "static").rglob("[!.]*.*"):
        name = source.relative_to(ROOT / "static").as_posix()
        assert re.search(r"\.[0-9a-f]{12}\.", paths[name]), name
        assert (collected / paths[name]).exists()


def test_a_hashed_module_imports_hashed_modules(collected: Path) -> None:
    for name, hashed in _manifest(collected).items():
        if not name.endswith(".js") or not (ROOT / "static" / name).exists():
            continue
        module = collected / hashed
        for url in IMPORT.findall(module.read_text(encoding="utf-8")):
            assert re.search(r"\.[0-9a-f]{12}\.js$", url), f"{name} imports {url}"
            assert (module.parent / url).exists(), f"{name} imports {url}"


# Django's own storage gives up after five passes, one for each level of imports.
CHAIN = 12


def _step(number: int) -> str:
    """Name a module of the chain. The deepest folders are hashed first, here before what they import."""
    return "deeper/" * (CHAIN - 1 - number) + f"step{number}.js"


def _collected_chain(folder: Path, last: str) -> dict[str, str]:
    """Collect a chain of modules, each importing the next, whose end holds the text `last`."""
    modules = {
        _step(number): f'import {{ value }} from "../step{number + 1}.js";\nexport {{ value }};\n'
        for number in range(CHAIN - 1)
    }
    return _collect(folder, modules | {_step(CHAIN - 1): last})


def _collect(folder: Path, modules: dict[str, str]) -> dict[str, str]:
    """Collect `modules`, texts by their names, below `folder`; return the names with their hashes."""
    source, target = folder / "source", folder / "collected"
    for name, text in modules.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    storages = {"staticfiles": {"BACKEND": "webapp.staticfiles.ModuleAwareStorage"}}
    finders = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    with override_settings(
        STATIC_ROOT=target, STORAGES=storages, STATICFILES_DIRS=[source], STATICFILES_FINDERS=finders
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
    return _manifest(target)


def test_a_change_at_the_end_of_a_deep_chain_of_imports_renames_every_module(tmp_path: Path) -> None:
    before = _collected_chain(tmp_path / "before", "export const value = 1;\n")
    after = _collected_chain(tmp_path / "after", "export const value = 2;\n")
    names = [_step(number) for number in range(CHAIN)]
    assert set(names) == set(before) == set(after)
    assert [name for name in names if before[name] == after[name]] == []
    for name, imported in pairwise(names):
        module = tmp_path / "after" / "collected" / after[name]
        hashed = Path(after[imported]).name
        assert f'from "../{hashed}"' in module.read_text(encoding="utf-8")


def test_a_comment_with_the_word_export_leaves_the_import_below_it_with_one_hash(tmp_path: Path) -> None:
    page = '// The export page.\nimport { value } from "./value.js";\nvalue();\n'
    hashed = _collect(tmp_path, {"page.js": page, "value.js": "export const value = () => 1;\n"})
    written = (tmp_path / "collected" / hashed["page.js"]).read_text(encoding="utf-8")
    assert IMPORT.findall(written) == [f"./{hashed['value.js']}"]


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_fetched_from_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for url in ADDRESS.findall(text):
        fetched = re.search(FETCHES + re.escape(url), text)
        assert not fetched or url.startswith(VOCABULARIES), f"{path.name} names {url}"


def test_no_file_of_the_project_names_a_place_on_one_machine() -> None:
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if files.returncode:
        pytest.skip("this is no git checkout, so its files cannot be told from other ones")
    home = re.compile(r"(?<![\w.])/(?:home|root|Users|work|mnt|private)/\w")
    named = []
    for name in filter(None, files.stdout.split("\0")):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture, or removed and not yet committed
        named += [f"{name}: {match[0]}" for match in home.finditer(text)]
    assert named == []


def test_every_static_file_that_a_template_names_is_there() -> None:
    templates = ROOT / "webapp" / "templates"
    named = {
        (path.name, name)
        for path in templates.rglob("*.html")
        for name in re.findall(r"{% static '([^']+)' %}", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {(page, name) for page, name in named if finders.find(name) is None} == set()
