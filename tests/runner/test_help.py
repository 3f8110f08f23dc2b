"""`run.py --help` names everything that run.py does, and the variables that it reads."""

import re

import pytest

from runner import ROOT, commands


@pytest.mark.parametrize("word", ["-h", "--help", "help"])
def test_help_is_printed(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main([word]) == 0
    assert capsys.readouterr().out == commands.USAGE


def test_help_names_every_command_and_no_other() -> None:
    named = re.findall(r"^python3 run\.py (\w+)", commands.USAGE, re.MULTILINE)
    assert named == list(commands.COMMANDS)
    assert re.search(r"^python3 run\.py  +set up and serve", commands.USAGE, re.MULTILINE)


def test_an_unknown_word_is_answered_with_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["serve"]) == 1
    shown = capsys.readouterr().err
    assert "run.py knows no command 'serve'." in shown
    assert commands.USAGE.rstrip() in shown


def test_each_variable_is_explained_in_the_install_page() -> None:
    explained = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    variables = re.findall(r"^  ([A-Z][A-Z_, ]+[A-Z])  ", commands.USAGE, re.MULTILINE)
    names = [name for line in variables for name in line.split(", ")]
    assert "BLEMISH_VAR" in names
    assert [name for name in names if f"`{name}`" not in explained] == []


def test_each_document_that_help_points_to_exists() -> None:
    pages = re.findall(r"[\w./-]+\.md", commands.USAGE)
    assert "docs/install.md" in pages
    assert [page for page in pages if not (ROOT / page).is_file()] == []
