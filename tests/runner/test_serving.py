"""`python3 run.py`: copies run side by side, start again in seconds, and leave nothing when they stop."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from runner import ROOT
from tests.support.servers import Server
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.worker, pytest.mark.slow]


def _processes_of(var: Path) -> dict[int, str]:
    """Return number and command line of each running process that belongs to the copy in VAR."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # Redis writes its title over its environment, but its working folder tells.
            environment = (folder / "environ").read_bytes().split(b"\0")
            if f"BLEMISH_VAR={var}".encode() in environment or var in (folder / "cwd").readlink().parents:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except OSError:
            continue  # ended in the meantime, or somebody else's
    return found


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "run.py", *arguments], cwd=ROOT, env=environment, text=True, capture_output=True
    )


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """Give a whole copy of the test's own, with all three parts."""
    server = Server(tmp_path, parts=("web", "ml", "default"))
    yield server
    if server.process.poll() is None:
        server.stop()


def test_a_second_copy_runs_beside_the_first(blemish_server: Server, server: Server) -> None:
    for each in (blemish_server, server):
        assert requests.get(each.url, timeout=30).status_code == 200
    assert blemish_server.var != server.var


def test_a_second_start_repeats_no_work_and_ctrl_c_leaves_nothing(server: Server) -> None:
    before = len(server.log)
    server.restart()
    assert "Collecting" not in server.log[before:]

    server.process.send_signal(signal.SIGINT)
    assert server.process.wait(timeout=60) == 0
    assert _processes_of(server.var) == {}
    assert server.log.rstrip().endswith("Blemish has stopped.")


def test_when_one_part_dies_all_stop_and_it_is_named(server: Server) -> None:
    (redis,) = [pid for pid, command in _processes_of(server.var).items() if "redis-server" in command]
    os.kill(redis, signal.SIGKILL)
    assert server.process.wait(timeout=60) == 1
    assert "Redis ended by itself (signal SIGKILL)" in server.log
    assert _processes_of(server.var) == {}


def test_a_killed_run_leaves_nothing(server: Server) -> None:
    server.process.kill()
    server.process.wait()
    wait_until(lambda: not _processes_of(server.var), seconds=30, what="the orphans to end")


def test_a_second_start_in_the_folder_or_on_the_port_is_one_sentence(
    blemish_server: Server, tmp_path: Path
) -> None:
    same_folder = _run(blemish_server.environment)
    assert (same_folder.returncode, same_folder.stdout) == (1, "")
    assert "is in use by process" in same_folder.stderr
    same_port = _run(blemish_server.environment | {"BLEMISH_VAR": str(tmp_path / "other")})
    assert same_port.returncode == 1
    assert f"Port {blemish_server.port} on 127.0.0.1 is in use" in same_port.stderr
    for done in (same_folder, same_port):
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1


def test_manage_uses_the_redis_of_the_running_copy(blemish_server: Server) -> None:
    code = "from django.conf import settings; print(settings.REDIS_URL)"
    done = _run(blemish_server.environment, "manage", "shell", "-c", code)
    assert json.loads((blemish_server.var / "run.lock").read_text())["redis_url"] in done.stdout


def test_manage_alone_has_a_redis_and_a_migrated_database(tmp_path: Path) -> None:
    environment = os.environ | {"BLEMISH_VAR": str(tmp_path / "var"), "DATABASE_URL": "", "REDIS_URL": ""}
    code = (
        "from django.core.cache import cache; from annotations.models import Project;"
        "cache.set('a', Project.objects.count()); print('projects', cache.get('a'))"
    )
    done = _run(environment, "manage", "shell", "-c", code)
    assert "projects 0" in done.stdout, done.stderr
    assert _run(environment, "manage", "no-such-command").returncode == 1


def test_stopping_manage_stops_the_command_and_its_redis(tmp_path: Path) -> None:
    var = tmp_path / "var"
    environment = os.environ | {"BLEMISH_VAR": str(var), "DATABASE_URL": "", "REDIS_URL": ""}
    code = "import time; print('sleeping', flush=True); time.sleep(600)"
    command = [sys.executable, "run.py", "manage", "shell", "-v", "0", "-c", code]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == "sleeping\n"
        process.terminate()
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    assert _processes_of(var) == {}


def test_workers_elsewhere_share_the_folder_and_the_redis_of_a_copy(blemish_server: Server) -> None:
    holder = json.loads((blemish_server.var / "run.lock").read_text())
    environment = blemish_server.environment | {"BLEMISH_PARTS": "ml", "REDIS_URL": holder["redis_url"]}
    command = [sys.executable, "run.py"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE) as process:
        assert "Blemish works here as ml" in process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert blemish_server.process.poll() is None
