"""The commands of run.py: serve, test, lint and manage."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from runner import ROOT, Failure, debian, logins
from runner.broker import Redis
from runner.installation import PYTHON, install
from runner.instances import Instance, InUse
from runner.lint import lint
from runner.processes import Child, Command, Guard, Log, Processes

PARTS = ("web", "ml", "default")
READY_SECONDS = 180
HELP = ("-h", "--help", "help")
# Every test, by two processes; a file stays in one, because its tests may share what they set up.
EVERYTHING = ("-n", "2", "--dist", "loadfile")
USAGE = """\
python3 run.py               set up and serve; prints the address and the demo logins
python3 run.py test [ARGS]   set up and run every test; ARGS go to pytest
python3 run.py lint [--fix]  set up and check ruff's rules and format, Python's types and JavaScript's types;
                             --fix first corrects and formats what ruff can
python3 run.py manage ...    any manage.py command in the same environment; alone it lists them (docs/cli.md)
python3 run.py --help        print this text

Environment variables (all of them, with their defaults: docs/install.md, Settings):
  BLEMISH_VAR                folder for everything that is written; var/
  BLEMISH_ADDRESS            host:port of the pages; 127.0.0.1:8000
  BLEMISH_DEMO               0: no demo project on the first start
  BLEMISH_PARTS              which of web,ml,default run on this machine (docs/install.md, Grow)
  BLEMISH_REQUIREMENTS       another list of packages, such as requirements-gpu.txt
  DATABASE_URL, REDIS_URL    PostgreSQL and Redis instead of SQLite and a Redis of its own
  CI                         1: a part that tests or lint need and that is missing is a failure, not a skip

To work on the code: CONTRIBUTING.md. When something fails: docs/troubleshooting.md.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` name; returns the exit status. A Failure prints its sentence."""
    try:
        if not arguments:
            return serve()
        word, *rest = arguments
        if word in HELP:
            print(USAGE, end="")
            return 0
        if word not in COMMANDS:
            raise Failure(f"run.py knows no command {word!r}.\n{USAGE.rstrip()}")
        return COMMANDS[word](rest)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"\n{_disk_sentence(error)}", file=sys.stderr)
    return 1


def serve() -> int:
    """Set up and run a whole copy until a signal or the end of one of its processes."""
    instance = Instance.from_environment()
    parts = chosen_parts()
    instance.make_folder()
    # With a Redis from elsewhere, parts on several machines may share one folder.
    with nullcontext() if os.environ.get("REDIS_URL") else instance.lock("run.py") as lock:
        if "web" in parts:
            instance.check_port()
        install(chosen_requirements())
        log = Log()
        with Processes(log) as processes:
            redis_url = os.environ.get("REDIS_URL") or _start_redis(instance, processes)
            if lock:
                lock.note(redis_url=redis_url, url=instance.url)
            if ended := _run_parts(parts, instance, processes, instance.environment(redis_url)):
                raise Failure(_end_sentence(ended))
    log.print("Blemish has stopped.")
    return 0


def test(arguments: Sequence[str]) -> int:
    """Set up for tests and run pytest with `arguments`; returns its exit status."""
    if problem := debian.install_missing(debian.missing_for_tests):
        if os.environ.get("CI"):
            raise Failure(problem)
        print(f"{problem} The tests that need them are skipped.", flush=True)
    install("requirements-dev.txt")
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return _call([PYTHON, "-m", "pytest", *(arguments or EVERYTHING)], environment)


def manage(arguments: Sequence[str]) -> int:
    """Run one manage.py command beside the running instance, or alone; returns its exit status."""
    instance = Instance.from_environment()
    instance.make_folder()
    install(chosen_requirements())
    with _borrowed_redis(instance, " ".join(["manage", *arguments[:1]])) as redis_url:
        environment = instance.environment(redis_url)
        is_new = not os.environ.get("DATABASE_URL") and not (instance.var / "db.sqlite3").exists()
        migrate: Command = [PYTHON, "manage.py", "migrate", "--verbosity", "0"]
        if is_new and (status := _call(migrate, environment)):
            return status
        return _call([PYTHON, "manage.py", *arguments], environment)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"test": test, "lint": lint, "manage": manage}


def chosen_requirements() -> str:
    """Return the requirements file that BLEMISH_REQUIREMENTS names."""
    return os.environ.get("BLEMISH_REQUIREMENTS") or "requirements.txt"


def chosen_parts() -> tuple[str, ...]:
    """Return what this machine runs; BLEMISH_PARTS names fewer, for a worker of an instance elsewhere."""
    text = os.environ.get("BLEMISH_PARTS", "")
    parts = tuple(word.strip() for word in text.split(",") if word.strip()) or PARTS
    if unknown := [part for part in parts if part not in PARTS]:
        raise Failure(f"BLEMISH_PARTS names {unknown[0]!r}; it may name {', '.join(PARTS)}.")
    return parts


def part_command(part: str, instance: Instance) -> Command:
    """Return the command line of one `part` of the instance."""
    if part == "web":
        command: Command = [PYTHON, "-m", "granian", "--interface", "wsgi", "--host", instance.bind_host]
        # Two processes, because threads of one share the interpreter's lock; the numbers of Granian's
        # own log are of no use to a person, errors are.
        command += ["--port", str(instance.port), "--workers", "2", "--blocking-threads", "4", "--no-ws"]
        return [*command, "--workers-kill-timeout", "5", "--log-level", "warning", "webapp.wsgi:application"]
    worker: Command = [PYTHON, "-m", "celery", "--app", "webapp", "--quiet", "worker", "--loglevel", "INFO"]
    worker += ["--without-gossip", "--without-mingle", "--queues", part]
    worker += ["--hostname", f"{part}-{os.getpid()}@%h"]
    if part == "ml":
        # TensorFlow threads do not survive a fork: one task at a time, in the worker's own process. It
        # takes the processor's spare time, so that pages stay quick while it trains.
        return ["nice", "-n", "5", *worker, "--pool", "solo"]
    return [*worker, "--beat", "--concurrency", "2"]


def _start_redis(instance: Instance, processes: Processes) -> str:
    redis = Redis.prepare(instance.var / "redis")
    process = processes.start("redis", redis.command, environment=os.environ, folder=redis.folder)
    redis.wait(process)
    return redis.url


def _prepare(processes: Processes, environment: dict[str, str]) -> None:
    """Migrate, collect static files, make the demo once; raises Failure unless a signal ended it."""
    command: Command = [PYTHON, "manage.py", "prepare"]
    if environment.get("BLEMISH_DEMO", "1").lower() not in {"0", "no", "false", "off"}:
        command.append("--demo")
    status = processes.run("setup", command, environment=environment, folder=ROOT)
    if status and not processes.signals:
        raise Failure(f"Blemish could not be set up (exit status {status}); the reason stands above.")


def _run_parts(
    parts: Sequence[str], instance: Instance, processes: Processes, environment: dict[str, str]
) -> Child | None:
    """Start `parts` and wait; return the one that ended by itself, None after a signal."""
    if "web" in parts:
        _prepare(processes, environment)
    # The web server is first and for a moment alone, so that the first page comes soon.
    for part in sorted(parts, key=PARTS.index):
        if processes.signals:
            return None
        processes.start(part, part_command(part, instance), environment=environment, folder=ROOT)
        if part == "web" and (ended := _wait_until_ready(instance, processes)):
            return ended
    if not processes.signals:
        processes.log.print(_banner(instance, parts))
    return processes.wait()


def _wait_until_ready(instance: Instance, processes: Processes) -> Child | None:
    """Return None when the page answers, or the child that ended before."""
    end = time.monotonic() + READY_SECONDS
    while not processes.signals and not instance.answers():
        if ended := processes.ended():
            return ended
        if time.monotonic() > end:
            raise Failure(f"{instance.url} did not answer within {READY_SECONDS} seconds; see the log above.")
        time.sleep(0.05)
    return None


def _end_sentence(child: Child) -> str:
    name = {"web": "The web server", "redis": "Redis"}.get(child.name, f"The {child.name} worker")
    status = child.process.returncode
    how = f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return f"{name} ended by itself ({how}), so everything was stopped. Its last words stand above."


def _banner(instance: Instance, parts: Sequence[str]) -> str:
    if "web" not in parts:
        return f"Blemish works here as {' and '.join(parts)}. Stop it with Ctrl-C."
    lines = ["", f"  Blemish is ready: {instance.url}", *logins.lines(instance), "  Stop it with Ctrl-C.", ""]
    return "\n".join(lines)


@contextmanager
def _borrowed_redis(instance: Instance, what: str) -> Iterator[str]:
    """Yield the URL of the running instance's Redis, or start one for the time of the command."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    try:
        with instance.lock(what) as lock:
            redis = Redis.prepare(instance.var / "redis")
            # Its log goes to a file: the output of a command is the command's alone (`evaluate --json`).
            with (redis.folder / "redis.log").open("wb") as log:
                process = subprocess.Popen(
                    redis.command, cwd=redis.folder, stdout=log, stderr=log, start_new_session=True
                )
            guard = Guard()
            guard.add(process)
            try:
                redis.wait(process)
                lock.note(redis_url=redis.url)
                yield redis.url
            finally:
                process.terminate()
                process.wait()
                guard.end()
    except InUse as in_use:
        if "redis_url" not in in_use.holder:
            raise
        yield in_use.holder["redis_url"]


def _call(command: Sequence[str | Path], environment: dict[str, str]) -> int:
    """Run `command` in the foreground and return its status; it answers signals itself."""
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        while True:
            try:
                status = process.wait()
                return 128 - status if status < 0 else status
            except KeyboardInterrupt:
                continue


def _disk_sentence(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk is full: {error.filename or 'a file'} was not written. Make room and start again."
    return f"{error.filename or 'The system'}: {error.strerror or error}."
