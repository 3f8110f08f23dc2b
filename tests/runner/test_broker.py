"""The private Redis keeps queued work over a stop, and answers nobody without its password."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from runner import Failure, broker
from runner.broker import Redis


@contextmanager
def _running(folder: Path) -> Iterator[Redis]:
    server = Redis.prepare(folder)
    process = subprocess.Popen(server.command, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        server.wait(process)
        yield server
    finally:
        process.terminate()
        process.wait()


def test_what_was_queued_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with spaces"
    with _running(folder) as server:
        redis.Redis.from_url(server.url).rpush("ml", "a round")
    with _running(folder) as server:
        assert redis.Redis.from_url(server.url).lrange("ml", 0, -1) == [b"a round"]


def test_nobody_is_answered_without_the_password(tmp_path: Path) -> None:
    with _running(tmp_path) as server, pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).ping()


def test_two_run_side_by_side(tmp_path: Path) -> None:
    with _running(tmp_path / "a") as one, _running(tmp_path / "b") as other:
        redis.Redis.from_url(one.url).set("name", "one")
        assert redis.Redis.from_url(other.url).get("name") is None


def test_a_server_that_stops_at_once_is_said(tmp_path: Path) -> None:
    server = Redis.prepare(tmp_path)
    (tmp_path / "appendonly.aof").write_text("this is no Redis file")
    process = subprocess.Popen(server.command, cwd=tmp_path, stdout=subprocess.DEVNULL)
    with pytest.raises(Failure, match="Redis stopped at once"):
        server.wait(process)


def test_without_a_package_of_redis_the_one_on_the_path_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "VENV", tmp_path / "no such environment")
    monkeypatch.setenv("PATH", str(tmp_path))
    server = Redis.prepare(tmp_path / "data")
    with pytest.raises(Failure, match="Install redis-server"):
        _ = server.command

    own = tmp_path / "redis-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert server.command[0] == str(own)
