"""What the documentation names is there: links, paths, rooms and commands."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from runner import ROOT, commands

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
ARCHITECTURE = ROOT / "docs" / "architecture.md"
APPS = ("annotations", "inference", "training", "webapp")
# Packages that Django asks for, of which there is nothing to tell.
FRAMEWORK = {"management", "commands", "migrations", "templatetags"}
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
# What a page names may be made while one works, or lie on the user's side.
NOT_HERE = re.compile(r"^(api|var|tmp|media|models|rounds|path|wheels)/")


def _prose(page: Path) -> str:
    """Return the text without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def _code(page: Path) -> str:
    """Return what stands in blocks of code and between backticks, a line for each."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^ *```.*?^ *```", text, re.MULTILINE | re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", _prose(page))])


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Markdown viewers make them."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@EVERY_PAGE
def test_relative_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", _prose(page))
    for link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page.name} links to {link}"
        assert not anchor or anchor in _anchors(target), f"{page.name} links to {link}: no such heading"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/architecture.md", "README.md"])
def test_paths_that_are_named_exist(name: str) -> None:
    text = _prose(ROOT / name)
    # A recipe marks the files that it tells to make.
    made = set(re.findall(r"^\| `([^`]+)` \| new\b", text, re.MULTILINE))
    named = set(re.findall(r"`([\w.-]+/[\w./-]*)`", text))
    assert named
    missing = sorted(path for path in named - made if not NOT_HERE.match(path) and not (ROOT / path).exists())
    assert missing == []


def test_every_room_is_named_in_the_architecture_and_no_other() -> None:
    folders = {path.parent for app in APPS for path in (ROOT / app).rglob("__init__.py")}
    folders |= {path.parent for path in (ROOT / "static").rglob("*.js")} | {ROOT / "static" / "css"}
    rooms = {folder.relative_to(ROOT).as_posix() for folder in folders if not FRAMEWORK & set(folder.parts)}
    rooms = {room for room in rooms if "/" in room}
    table = ARCHITECTURE.read_text(encoding="utf-8").split("## The rooms")[1].split("\n## ")[0]
    named = {
        room.rstrip("/")
        for line in table.splitlines()
        if line.startswith("| `")
        for room in re.findall(r"`([^`]+/)`", line.split("|")[1])
    }
    assert named == rooms


@EVERY_PAGE
def test_commands_that_are_named_exist(page: Path) -> None:
    code = _code(page)
    assert set(re.findall(r"\brun\.py ([a-z]\w*)", code)) <= set(commands.COMMANDS)
    assert set(re.findall(r"\b(?:run\.py manage|python manage\.py) ([a-z]\w*)", code)) <= set(get_commands())


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", ARCHITECTURE], ids=lambda page: page.name)
def test_blocks_of_code_are_closed_and_say_their_language_where_they_are_drawn(page: Path) -> None:
    fences = re.findall(r"^ *```(\w*)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(fences) % 2 == 0
    assert all(closing == "" for closing in fences[1::2])
