"""Every class in static/css is given to an element: by a template, a module, or a library named here."""

import re
from pathlib import Path

import pytest

from annotations.models import ImageState, JobState
from runner import ROOT

STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
# Django gives errors their list, htmx marks an element with a request, Plotly lays an area over a chart.
OF_LIBRARIES = {"errorlist", "htmx-request", "nsewdrag"}
# `class="state {{ row.state }}"`
STATES = {*ImageState.values, *JobState.values}
MODULE_CLASS = re.compile(
    r"""(?:class(?:Name)?["']?\s*[:=]+[^"'`;\n]*|classList\.\w+\([^)"'`]*|class=\\?)(["'`])(.*?)\1"""
)


def _classes_of_rules(css: str) -> set[str]:
    """Return the classes that the selectors of `css` name."""
    rules = re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))
    selectors = [rule for rule in rules if not rule.strip().startswith("@")]
    return {name for selector in selectors for name in re.findall(r"\.([a-zA-Z_][\w-]*)", selector)}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[\w-]+", text))


def _in_template(html: str) -> set[str]:
    """Return the words of class attributes, and of the blocks that `base.html` puts into them."""
    attributes = re.findall(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"', html)
    blocks = re.findall(r"\{% block (?:layout|width) %\}(.*?)\{%", html)
    return _words(" ".join([*attributes, *blocks]))


def _in_python(source: str) -> set[str]:
    return _words(" ".join(re.findall(r'"([^"\n]*)"', source)))


def _in_module(source: str) -> set[str]:
    """Return the words of the texts on lines that give an element a class, also by `make(tag, classes)`."""
    lines = [line for line in source.splitlines() if re.search(r"[cC]lass|\bmake\(|kind:", line)]
    return _words(" ".join(text for line in lines for _, text in re.findall(r"([\"'`])(.*?)\1", line)))


def _all(folder: str, pattern: str, reader) -> set[str]:
    paths = sorted((ROOT / folder).rglob(pattern))
    assert paths, folder
    return set().union(*(reader(path.read_text(encoding="utf-8")) for path in paths))


@pytest.fixture(scope="module")
def given() -> set[str]:
    """Return every class that an element can have."""
    return (
        OF_LIBRARIES
        | STATES
        | _all("webapp/templates", "*.html", _in_template)
        | _all("webapp/templatetags", "*.py", _in_python)
        | _all("webapp/charts", "*.py", _in_python)
        | _all("webapp/views", "rounds.py", _in_python)
        | _all("static", "*.js", _in_module)
    )


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_every_class_of_a_style_sheet_is_given_to_an_element(path: Path, given: set[str]) -> None:
    assert sorted(_classes_of_rules(path.read_text(encoding="utf-8")) - given) == []


def test_a_class_that_nothing_has_is_found() -> None:
    rules = _classes_of_rules("/* .old {} */ .card .gone:hover, a.link { x: y } @media (a) { .odd { x: y } }")
    assert rules == {"card", "gone", "link", "odd"}
    html = '<p class="card {% if link %}link{% else %}{{ odd }}{% endif %}">gone</p>'
    assert rules - _in_template(html) - _in_module('element("a", { class: "odd" })') == {"gone"}
    assert _in_module('button.classList.toggle("chosen", one.dataset.x === "no");') >= {"chosen"}


def test_every_style_sheet_is_linked_by_a_page() -> None:
    html = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "webapp").rglob("*.html"))
    assert set(re.findall(r"css/[\w-]+\.css", html)) == {f"css/{path.name}" for path in STYLES}
