"""Processes that run together end together, with all that they started."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from runner import ROOT
from runner.processes import Log, Processes
from tests.support.waiting import wait_until

# A parent that starts a child which ignores requests to stop, and tells both numbers.
STUBBORN = textwrap.dedent(
    """
    import os, signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("pids", os.getpid(), child.pid, flush=True)
    time.sleep(600)
    """
)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture(autouse=True)
def _own_signals() -> None:
    """Keep pytest's own handlers: `Processes` takes over three signals."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def _pids(text: str) -> list[int]:
    return [int(word) for word in text.partition("pids")[2].split()[:2]]


def _start_stubborn(
    processes: Processes, capsys: pytest.CaptureFixture[str], *, grace: float
) -> tuple[subprocess.Popen, list[int]]:
    command = [sys.executable, "-c", STUBBORN]
    process = processes.start("ml", command, environment=os.environ, folder=ROOT, grace=grace)
    return process, _pids(wait_until(lambda: capsys.readouterr().out, what="the line of numbers"))


def test_each_line_stands_behind_the_name_of_its_process(capsys: pytest.CaptureFixture[str]) -> None:
    command = [sys.executable, "-c", "print('hello'); raise SystemExit(3)"]
    with Processes(Log()) as processes:
        status = processes.run("web", command, environment=os.environ, folder=ROOT)
    assert status == 3
    assert "web     | hello\n" in capsys.readouterr().out


def test_a_process_that_ends_by_itself_is_found() -> None:
    with Processes(Log()) as processes:
        options = {"environment": os.environ, "folder": ROOT}
        processes.start("redis", [sys.executable, "-c", "import time; time.sleep(600)"], **options)
        processes.start("ml", [sys.executable, "-c", "raise SystemExit(7)"], **options)
        ended = processes.wait()
    assert (ended.name, ended.process.returncode) == ("ml", 7)


def test_stopping_leaves_nothing_not_even_what_ignores_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Processes(Log()) as processes:
        _, pids = _start_stubborn(processes, capsys, grace=0.5)
    assert not any(map(_is_alive, pids))


def test_a_second_signal_kills_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Processes(Log()) as processes:
        process, _ = _start_stubborn(processes, capsys, grace=600)
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        assert processes.wait() is None
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="reads /proc")
def test_killing_the_parent_leaves_nothing() -> None:
    parent = textwrap.dedent(
        f"""
        import os, sys, time
        from runner.processes import Log, Processes
        command = [sys.executable, "-c", {STUBBORN!r}]
        with Processes(Log()) as processes:
            processes.start("ml", command, environment=os.environ, folder=os.curdir)
            time.sleep(600)
        """
    )
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        pids = _pids(process.stdout.readline())
        assert all(map(_is_alive, pids))
        process.kill()
    wait_until(lambda: not any(map(_is_alive, pids)), seconds=20, what="the orphans to end")
