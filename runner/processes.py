"""Several child processes with one log, which start and end together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Command = list[str | Path]  # a program and its arguments

COLORS = {"setup": 90, "redis": 31, "web": 36, "ml": 35, "default": 33}

# Ends the children when this process is killed and cannot do it: the guard sees the end of its input.
# A signal at the parent's death (prctl) would exist on Linux alone and would not reach grandchildren.
_GUARD = """
import os, signal, sys, time
groups = []
for line in sys.stdin:
    if line == "done\\n":
        sys.exit()
    groups.append(int(line))
for number in (signal.SIGTERM, signal.SIGKILL):
    for group in groups:
        try:
            os.killpg(group, number)
        except (ProcessLookupError, PermissionError):
            pass
    time.sleep(5)
"""


class Guard:
    """Ends the watched process groups when this process is killed and cannot do it itself."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _GUARD], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdin
        self._input = self._process.stdin

    def add(self, process: subprocess.Popen[Any]) -> None:
        """End the process group of `process` too."""
        self._send(str(process.pid))

    def end(self) -> None:
        """End the guard itself, after all processes have ended in order."""
        self._send("done")
        self._input.close()
        self._process.wait()

    def _send(self, word: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # without its guard the copy still stops in the usual way
            self._input.write(word + "\n")
            self._input.flush()


class Log:
    """Lines of all processes on standard output, each behind the name of its process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._color = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def write(self, name: str, line: str) -> None:
        """Print one `line` of the process `name`."""
        prefix = f"{name:<8}| "
        if self._color:
            prefix = f"\x1b[{COLORS.get(name, 37)}m{prefix}\x1b[0m"
        self.print(prefix + line)

    def print(self, text: str) -> None:
        """Print `text` as it is; a closed standard output does not stop the processes."""
        with self._lock:
            if self._closed:
                return
            try:
                print(text, flush=True)
            except OSError:
                self._closed = True


@dataclass
class Child:
    """One running process, the leader of its own group."""

    name: str
    process: subprocess.Popen[str]
    grace: float  # seconds between asking and killing
    reader: threading.Thread = field(repr=False)

    def terminate(self) -> None:
        """Ask the process to stop."""
        if self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """Kill the whole group, leader and grandchildren."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # the group has ended
            os.killpg(self.process.pid, signal.SIGKILL)


class Processes:
    """Start children, wait for the end, and stop them all; a context manager that leaves none running."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.signals = 0
        self._children: list[Child] = []
        self._guard = Guard()

    def __enter__(self) -> "Processes":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._guard.end()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        folder: Path,
        grace: float = 10,
    ) -> subprocess.Popen[str]:
        """Start `command` in `folder` as a process group of its own, which Ctrl-C does not reach."""
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._guard.add(process)
        reader = threading.Thread(target=self._copy_lines, args=(name, process), daemon=True)
        reader.start()
        self._children.append(Child(name, process, grace, reader))
        return process

    def run(
        self, name: str, command: Sequence[str | Path], *, environment: Mapping[str, str], folder: Path
    ) -> int:
        """Run `command` to its end and return its exit status; a signal to this process ends it early."""
        process = self.start(name, command, environment=environment, folder=folder)
        child = self._children.pop()
        while process.poll() is None and not self.signals:
            time.sleep(0.02)
        self._end([child])
        return process.returncode

    def ended(self) -> Child | None:
        """Return a child that has ended, if there is one."""
        return next((child for child in self._children if child.process.poll() is not None), None)

    def wait(self) -> Child | None:
        """Wait until a signal asks for the end (None) or a child has ended (that child)."""
        while not self.signals:
            if child := self.ended():
                return child
            time.sleep(0.1)
        return None

    def stop(self) -> None:
        """Stop all children; the first one started is stopped last, because the others need it."""
        if self._children:
            first, *others = self._children
            self._end(others)
            self._end([first])
            self._children.clear()

    def _end(self, children: list[Child]) -> None:
        for child in children:
            child.terminate()
        asked_at = time.monotonic()
        for child in children:
            end = asked_at + child.grace
            while child.process.poll() is None and self.signals < 2 and time.monotonic() < end:
                time.sleep(0.02)
            child.kill()
            child.process.wait()
            child.reader.join(timeout=2)

    def _on_signal(self, *_: object) -> None:
        self.signals += 1
        if self.signals == 1:
            os.write(1, b"\nStopping; press Ctrl-C again to kill.\n")

    def _copy_lines(self, name: str, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            self.log.write(name, line.rstrip("\n"))
