"""A PostgreSQL server of the tests' own, in a temporary folder."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator

import pytest

from tests.support.missing import skip_or_fail

ADVICE = "There is no PostgreSQL here: apt-get install postgresql"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Give the DATABASE_URL of an empty database on a server that lives as long as the tests."""
    programs = _programs()
    # PostgreSQL refuses to run as root; its Debian package brings the user postgres.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = tempfile.mkdtemp(prefix="blemish-postgres-")
    try:
        if as_user:
            shutil.chown(folder, _postgres_user())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        data = f"{folder}/data"
        _run([*as_user, f"{programs}/initdb", "-D", data, "-U", "blemish", "-A", "trust", "-E", "UTF8", "-N"])
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off"
        server = [*as_user, f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{folder}/log"]
        _run([*server, "-o", options, "start"])
        try:
            yield f"postgres://blemish@127.0.0.1:{port}/postgres"
        finally:
            _run([*server, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> str:
    found = [os.path.dirname(os.path.realpath(path)) for path in filter(None, [shutil.which("pg_ctl")])]
    found += sorted(map(os.path.dirname, glob.glob("/usr/lib/postgresql/*/bin/initdb")), reverse=True)
    for folder in found:
        if os.access(f"{folder}/initdb", os.X_OK):
            return folder
    skip_or_fail(ADVICE)


def _postgres_user() -> str:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        skip_or_fail(f"{ADVICE} (as root, its user postgres is needed too)")


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"
