"""The virtual environment: made once, filled again only when the pinned requirements change."""

import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runner import ROOT, Failure

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
UNFINISHED = VENV / "unfinished"
ROOM = 3 * 2**30  # bytes: TensorFlow and the rest unpacked (2 GB) beside their downloads

_NO_NETWORK = re.compile(
    r"NameResolutionError|name resolution|Failed to establish a new connection|Network is unreachable"
    r"|ProxyError|Connection refused|ConnectTimeoutError|Read timed out|Max retries exceeded",
    re.IGNORECASE,
)


def install(requirements: str = "requirements.txt") -> None:
    """Make `.venv` hold `requirements`; returns at once when it does. Raises Failure with a sentence."""
    if _is_installed(requirements):
        return
    with _alone():
        if _is_installed(requirements):  # another copy did it while this one waited
            return
        if UNFINISHED.exists() or not _works():
            _make_environment()
        _fill(requirements)
        _remember(requirements)


def files_of(requirements: str) -> list[Path]:
    """Return the requirements file and, in order, all that it names by -r and -c."""
    found, waiting = [], [ROOT / requirements]
    while waiting:
        path = waiting.pop(0)
        if path in found:
            continue
        if not path.is_file():
            raise Failure(f"{path} is missing; it lists what Blemish needs.")
        found.append(path)
        names = re.findall(r"^-[rc]\s+(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        waiting += [path.parent / name for name in names]
    return found


def digest(requirements: str) -> str:
    """Return what changes when `requirements`, or the Python in `.venv`, changes."""
    parts = [path.read_bytes() for path in files_of(requirements)]
    configuration = VENV / "pyvenv.cfg"
    parts.append(configuration.read_bytes() if configuration.exists() else b"")
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def explain(output: str) -> str:
    """Return a sentence that explains, from its `output`, why pip failed."""
    if "No space left on device" in output:
        return f"The disk is full. The packages need about 3 GB under {VENV}; make room and start again."
    if _NO_NETWORK.search(output):
        return (
            "The package index cannot be reached. The first start needs a network, "
            "or a folder of wheels (docs/install.md, Without a network)."
        )
    if missing := re.search(r"No matching distribution found for (\S+)", output):
        machine = f"Python {sys.version_info[0]}.{sys.version_info[1]}, {os.uname().machine}"
        return (
            f"No package fits {missing[1]} on this machine ({machine}). "
            "A Python from 3.11 to 3.13 on a 64-bit Linux or macOS should do."
        )
    errors = re.findall(r"^ERROR: (.+)$", output, re.MULTILINE)
    return f"The packages could not be installed: {errors[0] if errors else 'pip stopped without a reason'}."


def _is_installed(requirements: str) -> bool:
    wanted = digest(requirements)
    return PYTHON.exists() and not UNFINISHED.exists() and _stamps().get(requirements) == wanted


def _stamps() -> dict[str, str]:
    try:
        stamps: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamps


def _remember(requirements: str) -> None:
    names = [path.name for path in files_of(requirements) if path.parent == ROOT]
    STAMP.write_text(json.dumps(_stamps() | {name: digest(name) for name in names}, indent=1))
    UNFINISHED.unlink()


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process of this checkout install at a time; the others wait."""
    handle = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another start is installing the packages; waiting for it.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _works() -> bool:
    """Return whether `.venv` has a Python that starts and a pip."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make_environment() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < ROOM:
        raise Failure(
            f"The disk is full: Blemish's packages need about {ROOM / 2**30:.0f} GB under {VENV}, "
            f"and {free / 2**30:.1f} GB are free. Make room and start again."
        )
    if importlib.util.find_spec("ensurepip") is None:
        package = f"python3.{sys.version_info[1]}-venv"
        raise Failure(
            "This Python cannot make a virtual environment, because its part for that is not installed. "
            f"On Debian and Ubuntu: sudo apt-get install {package}"
        )
    if VENV.exists():
        print("Making the virtual environment in .venv again.", flush=True)
        shutil.rmtree(VENV)
    else:
        print("Making a virtual environment in .venv.", flush=True)
    # Never the Python inside a .venv that has just been removed.
    python = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run([python, "-m", "venv", VENV], capture_output=True, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        lines = (made.stdout + made.stderr).strip().splitlines() or ["no reason given"]
        raise Failure(f"The virtual environment {VENV} could not be made: {lines[-1]}")


def _fill(requirements: str) -> None:
    """Run pip, and print the part of its output that shows the progress."""
    first = not STAMP.exists()
    print(f"Installing {requirements}{' (430 MB, a few minutes)' if first else ''}.", flush=True)
    UNFINISHED.touch()
    command: list[str | Path] = [PYTHON, "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off", "-r", ROOT / requirements]
    shown = ("Downloading", "Installing collected", "Successfully", "WARNING: Retrying", "ERROR")
    lines = []
    with subprocess.Popen(
        command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as pip:
        for line in pip.stdout or []:
            lines.append(line)
            if line.lstrip().startswith(shown):
                print(f"  {line.strip()[:100]}", flush=True)
    if pip.returncode:
        raise Failure(explain("".join(lines)))
