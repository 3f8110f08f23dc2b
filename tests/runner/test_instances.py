"""A copy refuses, in one sentence, a place where it cannot run."""

import socket
import stat
from pathlib import Path

import pytest

from runner import Failure, instances
from runner.instances import Instance, InUse


def _copy(folder: Path, port: int = 8000) -> Instance:
    return Instance(var=folder, host="127.0.0.1", port=port)


@pytest.mark.parametrize("text", ["8000", "127.0.0.1:", ":8000", "127.0.0.1:port", "127.0.0.1:70000"])
def test_an_address_that_cannot_be_read_is_shown(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BLEMISH_ADDRESS", text)
    with pytest.raises(Failure, match="write host:port"):
        Instance.from_environment()


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("0.0.0.0:80", "http://127.0.0.1:80/"),
        ("[::]:8000", "http://[::1]:8000/"),
        ("steel.local:9000", "http://steel.local:9000/"),
    ],
)
def test_the_address_for_a_browser_is_one_that_it_can_open(
    monkeypatch: pytest.MonkeyPatch, address: str, url: str
) -> None:
    monkeypatch.setenv("BLEMISH_ADDRESS", address)
    assert Instance.from_environment().url == url


def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} .* is in use .*BLEMISH_ADDRESS="):
            _copy(tmp_path, port).check_port()


def test_a_host_that_is_not_here_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be listened on"):
        Instance(var=tmp_path, host="192.0.2.1", port=8000).check_port()


def test_a_second_start_in_one_folder_names_the_first(tmp_path: Path) -> None:
    with _copy(tmp_path).lock("run.py") as lock:
        lock.note(redis_url="redis://here")
        sentence = r"in use by process \d+ \(run\.py\)"
        with pytest.raises(InUse, match=sentence) as caught, _copy(tmp_path).lock("x"):
            pass
    assert caught.value.holder["redis_url"] == "redis://here"
    with _copy(tmp_path).lock("again"):
        pass


def test_the_lock_that_holds_a_password_is_for_its_owner_alone(tmp_path: Path) -> None:
    with _copy(tmp_path).lock("run.py"):
        assert stat.S_IMODE((tmp_path / "run.lock").stat().st_mode) == 0o600


def test_a_full_disk_is_said_with_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "LEAST_ROOM", 2**60)
    with pytest.raises(Failure, match=f"The disk of {tmp_path} is full"):
        _copy(tmp_path).make_folder()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Failure, match="cannot be made: Not a directory"):
        _copy(tmp_path / "file" / "var").make_folder()
