"""Every action of the label and review pages is a row of the command table: a button without one fails."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "webapp" / "templates"
STATIC = ROOT / "static"
MODULES = [path for path in STATIC.rglob("*.js") if STATIC / "pages" not in path.parents]
# A form is typed into and sent by Enter, a dialog rests the keys, a row of a list acts on itself.
APART = {"form", "dialog", "li", "template"}


class _Buttons(HTMLParser):
    """Collects the buttons of a page: what stands apart, and what names which command."""

    def __init__(self) -> None:
        super().__init__()
        self.commands: list[str] = []
        self.bare: list[str] = []
        self._around: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if "data-command" in given:
            self.commands.append(given["data-command"] or "")
        elif tag == "button" and not APART & set(self._around):
            self.bare.append(self.get_starttag_text() or tag)
        if tag in APART:
            self._around.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._around and tag == self._around[-1]:
            self._around.pop()


def _source(name: str) -> str:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    # The frame of the workbench counts; the base of every page has buttons without commands.
    parts = r'{% (?:include|extends) "(?!webapp/shared/base\.html)([^"]+)"[^%]*%}'
    included = re.sub(parts, lambda match: _source(match[1]), text)
    return re.sub(r"{[%#].*?[%#]}", "", included)


def _read(text: str) -> _Buttons:
    buttons = _Buttons()
    buttons.feed(text)
    return buttons


def test_a_button_outside_of_forms_and_dialogs_needs_a_command() -> None:
    page = (
        '<p><button data-command="a"></button><button id="b"></button></p><form><button>Send</button></form>'
    )
    assert _read(page).bare == ['<button id="b">']
    assert _read(page).commands == ["a"]


@pytest.mark.parametrize("template", ["webapp/workbench/label.html", "webapp/workbench/review.html"])
def test_every_button_of_the_page_names_a_command_that_exists(template: str) -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    named = set(re.findall(r'\bname: "([^"]+)"', source))
    # Rows that are made from a list, such as `show ${panel}`.
    families = tuple(re.findall(r"\bname: `([^`$]+ )\$\{", source))
    buttons = _read(_source(template))
    assert buttons.commands
    assert buttons.bare == []
    unknown = [command for command in buttons.commands if command not in named]
    assert [command for command in unknown if not command.startswith(families)] == []
