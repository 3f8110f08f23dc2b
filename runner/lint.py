"""The four checks of `run.py lint`: ruff's rules and its format, Python's types, JavaScript's types."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner import ROOT, Failure, debian
from runner.installation import PYTHON, VENV, install

# The settings for the pages' modules, and for their unit tests.
JAVASCRIPT_PROJECTS = ("jsconfig.json", "tests/js/jsconfig.json")

REMEDY = "`python3 run.py lint --fix` corrects and formats what ruff can; correct the rest by hand."


@dataclass(frozen=True)
class Check:
    """One check: its name in the summary, and the commands that have to end with status 0."""

    name: str
    commands: tuple[tuple[str | Path, ...], ...]


def lint(arguments: Sequence[str]) -> int:
    """Set up and run every check, also after a failed one; returns 0 when all passed, else 1.

    With `--fix`, ruff first corrects and formats what it can. Raises Failure on any other argument, and
    where `CI` is set and the TypeScript compiler is missing.
    """
    if unknown := [argument for argument in arguments if argument != "--fix"]:
        raise Failure(f"run.py lint knows no {unknown[0]!r}; it takes --fix or nothing.")
    if problem := debian.install_missing(debian.missing_for_lint):
        if os.environ.get("CI"):
            raise Failure(problem)
        print(f"{problem} JavaScript's types are not checked.", flush=True)
    install("requirements-dev.txt")
    with tempfile.TemporaryDirectory(prefix="blemish-lint-") as var:
        environment = _environment(var)
        if arguments:
            _fix(environment)
        failed = run(checks(), environment)
    if failed:
        print(f"Failed: {', '.join(failed)}. The findings stand above. {REMEDY}", flush=True)
    return 1 if failed else 0


def checks() -> list[Check]:
    """Return the checks in their order; without a TypeScript compiler the last one is left out."""
    python = (PYTHON, "-m")
    found = [
        Check("ruff check", ((*python, "ruff", "check", "."),)),
        Check("ruff format", ((*python, "ruff", "format", "--check", "."),)),
        Check("Python types", ((*python, "mypy"),)),
    ]
    if compiler := debian.typescript():
        projects = [ROOT / name for name in JAVASCRIPT_PROJECTS]
        commands = [(node(), compiler, "--project", path, "--pretty", "false") for path in projects]
        found.append(Check("JavaScript types", tuple(commands)))
    return found


def run(checks: Sequence[Check], environment: dict[str, str]) -> list[str]:
    """Run all `checks`, print a summary with a line for each, and return the names of those that failed."""
    lines, failed = [], []
    for check in checks:
        print(f"== {check.name}", flush=True)
        start = time.monotonic()
        statuses = [
            subprocess.run(command, cwd=ROOT, env=environment).returncode for command in check.commands
        ]
        if any(statuses):
            failed.append(check.name)
        lines.append(
            f"{'failed' if any(statuses) else 'passed'}  {check.name}  {time.monotonic() - start:.1f} s"
        )
    print("\n" + "\n".join(lines), flush=True)
    return failed


def node() -> Path:
    """Return the Node program that the playwright wheel brings; raises Failure when it is not there."""
    found = next(VENV.glob("lib/python3*/site-packages/playwright/driver/node"), None)
    if found is None:
        raise Failure(f"The playwright package in {VENV} has no Node; remove the folder and start again.")
    return found


def _fix(environment: dict[str, str]) -> None:
    for arguments in (["check", "--fix", "--exit-zero", "--quiet", "."], ["format", "--quiet", "."]):
        subprocess.run([PYTHON, "-m", "ruff", *arguments], cwd=ROOT, env=environment)


def _environment(var: str) -> dict[str, str]:
    """Return the environment of the checks: mypy's plug-in loads the settings, which write to `var`."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return kept | {"BLEMISH_VAR": var}
