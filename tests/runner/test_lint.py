"""`run.py lint` runs every check, names those that failed, and says how to mend them."""

import os
import sys
from pathlib import Path

import pytest

from runner import ROOT, Failure, commands, debian, lint
from tests.support.missing import skip_or_fail

# For each check a file with a fault that it has to see, and the others need not.
FAULTS = {
    "ruff check": ("rules.py", "import os\n"),
    "ruff format": ("form.py", "x = {  'a':1 }\n"),
    "Python types": ("types_.py", 'x: int = "one"\n'),
    "JavaScript types": ("static/fault.js", '// @ts-check\n/** @type {number} */\nexport const x = "one";\n'),
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a checkout that has the settings of the checks and no fault; nothing is installed for it."""
    for name in lint.JAVASCRIPT_PROJECTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text())
    (tmp_path / "pyproject.toml").write_text('[tool.mypy]\nfiles = ["."]\nstrict = true\n')
    (tmp_path / "good.py").write_text('NAME = "blemish"\n')
    for folder in ("static", "tests/js"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "good.js").write_text("export const x = 1;\n")
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    monkeypatch.setattr(lint, "install", lambda requirements: None)
    monkeypatch.setattr(debian, "install_missing", lambda missing: None)
    if not debian.typescript():
        skip_or_fail("There is no TypeScript here: apt-get install node-typescript")
    return tmp_path


def test_without_a_fault_all_four_pass(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert lint.lint([]) == 0
    summary = capfd.readouterr().out.splitlines()[-4:]
    assert [line.split("  ")[:2] for line in summary] == [["passed", name] for name in FAULTS]


def test_with_a_fault_for_each_check_all_four_fail(checkout: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, text in FAULTS.values():
        (checkout / name).write_text(text)
    assert lint.lint([]) == 1
    out = capfd.readouterr().out
    assert f"\nFailed: {', '.join(FAULTS)}. The findings stand above. `python3 run.py lint --fix`" in out
    for name, _ in FAULTS.values():
        assert name in out


def test_fix_corrects_and_formats_what_ruff_can(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ruff = [check for check in lint.checks() if check.name.startswith("ruff")]
    monkeypatch.setattr(lint, "checks", lambda: ruff)
    (checkout / "fault.py").write_text("import os\nx = {  'a':1 }\n")
    assert lint.lint(["--fix"]) == 0
    assert (checkout / "fault.py").read_text() == 'x = {"a": 1}\n'


def test_the_checks_after_a_failed_one_are_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    passes, fails = ((sys.executable, "-c", f"raise SystemExit({status})") for status in (0, 2))
    checks = [lint.Check("one", (fails, passes)), lint.Check("two", (passes,)), lint.Check("three", (fails,))]
    assert lint.run(checks, dict(os.environ)) == ["one", "three"]
    assert [line.split("  ")[:2] for line in capfd.readouterr().out.splitlines()[-3:]] == [
        ["failed", "one"],
        ["passed", "two"],
        ["failed", "three"],
    ]


@pytest.mark.parametrize("ci", ["", "1"])
def test_a_missing_compiler_is_a_sentence_and_with_ci_a_failure(
    ci: str, checkout: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(debian, "install_missing", lambda missing: "Needed: node-typescript.")
    monkeypatch.setattr(debian, "typescript", lambda: None)
    monkeypatch.setattr(lint, "PYTHON", Path("true"))
    monkeypatch.setenv("CI", ci)
    if ci:
        with pytest.raises(Failure, match="node-typescript"):
            lint.lint([])
    else:
        assert lint.lint([]) == 0
        out = capfd.readouterr().out
        assert "Needed: node-typescript. JavaScript's types are not checked." in out
        assert out.count("passed  ") == len(FAULTS) - 1


def test_lint_needs_no_browser_and_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.shutil, "which", lambda name: None)
    monkeypatch.setattr(debian, "_TYPESCRIPT", Path("/nowhere"))
    assert debian.missing_for_lint() == ["node-typescript"]
    assert {"chromium", "node-typescript"} <= set(debian.missing_for_tests())


def test_another_argument_is_refused_before_anything_is_done(capfd: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["lint", "--all"]) == 1
    assert "run.py lint knows no '--all'; it takes --fix or nothing." in capfd.readouterr().err


def test_the_settings_that_mypy_loads_write_to_a_temporary_folder() -> None:
    environment = lint._environment("/tmp/some-folder")
    assert environment["BLEMISH_VAR"] == "/tmp/some-folder"
    assert "DJANGO_SETTINGS_MODULE" not in environment
