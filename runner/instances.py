"""One copy of Blemish: its folder, its address, and the lock that keeps a second start out of it."""

import errno
import fcntl
import http.client
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from runner import ROOT, Failure
from runner.installation import PYTHON

DEFAULT_ADDRESS = "127.0.0.1:8000"
_ELSEWHERE = "Set BLEMISH_VAR to another folder."
LEAST_ROOM = 200 * 2**20  # bytes free under the folder; below it the database could stop in mid-write


class InUse(Failure):
    """The folder belongs to another running process; `holder` is what that process wrote down."""

    def __init__(self, var: Path, holder: dict[str, Any]) -> None:
        self.holder = holder
        who = f"process {holder.get('pid', '?')} ({holder.get('what', 'starting')})"
        super().__init__(
            f"{var} is in use by {who}. Stop it first, or set BLEMISH_VAR and BLEMISH_ADDRESS "
            "to run a second copy beside it."
        )


@dataclass(frozen=True)
class Instance:
    """Where a copy keeps its data and answers; both come from the environment."""

    var: Path
    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Instance":
        """Read BLEMISH_VAR and BLEMISH_ADDRESS; raises Failure on an address that cannot be read."""
        text = os.environ.get("BLEMISH_ADDRESS", "").strip() or DEFAULT_ADDRESS
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise Failure(f"BLEMISH_ADDRESS is {text!r}; write host:port, for example {DEFAULT_ADDRESS}.")
        var = Path(os.environ.get("BLEMISH_VAR") or ROOT / "var").resolve()
        return cls(var=var, host=host, port=int(port))

    @property
    def bind_host(self) -> str:
        """Return the host as sockets want it, an IPv6 address without its brackets."""
        return self.host.strip("[]")

    @property
    def url(self) -> str:
        """Return the address for a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(self.host, self.host)
        return f"http://{host}:{self.port}/"

    def environment(self, redis_url: str) -> dict[str, str]:
        """Return the environment of every process of this copy."""
        return os.environ | {
            "BLEMISH_VAR": str(self.var),
            "BLEMISH_ADDRESS": f"{self.host}:{self.port}",
            "REDIS_URL": redis_url,
            "PYTHONUNBUFFERED": "1",
            # Celery warns about the administrator's rights because of pickled messages; ours are JSON.
            "PYTHONWARNINGS": os.environ.get("PYTHONWARNINGS", "ignore::RuntimeWarning:celery.platforms"),
            "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2"),
            "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }

    def make_folder(self) -> None:
        """Make the folder of the data; raises Failure when it cannot be written or its disk is full."""
        try:
            self.var.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"{self.var} cannot be made: {error.strerror}. {_ELSEWHERE}") from error
        if not os.access(self.var, os.W_OK):
            raise Failure(f"{self.var} cannot be written by this user. {_ELSEWHERE}")
        free = shutil.disk_usage(self.var).free
        if free < LEAST_ROOM:
            raise Failure(
                f"The disk of {self.var} is full: {free / 2**20:.0f} MB are free and "
                f"{LEAST_ROOM / 2**20:.0f} MB are needed. Make room, or set BLEMISH_VAR to another disk."
            )

    def check_port(self) -> None:
        """Raise Failure when the address cannot be listened on."""
        family = socket.AF_INET6 if ":" in self.bind_host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.bind_host, self.port))
            except OSError as error:
                raise Failure(self._port_sentence(error)) from error

    def _port_sentence(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} on {self.host} is in use by another program. Stop that one, or choose "
                f"another address: BLEMISH_ADDRESS={self.host}:{min(self.port + 1, 65535)} python3 run.py"
            )
        if error.errno == errno.EACCES:
            return f"Port {self.port} is for the administrator alone; set BLEMISH_ADDRESS to one above 1023."
        return f"BLEMISH_ADDRESS {self.host}:{self.port} cannot be listened on: {error.strerror or error}."

    @contextmanager
    def lock(self, what: str) -> Iterator["Lock"]:
        """Hold the folder for this process; raises InUse while another one holds it."""
        path = self.var / "run.lock"
        try:  # for this user alone: it will hold the password of Redis
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise Failure(f"{path} cannot be written: {error.strerror}.") from error
        with open(handle, "a", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InUse(self.var, _read_holder(path)) from None
            lock = Lock(file, what)
            lock.note()
            try:
                yield lock
            finally:
                file.truncate(0)

    def answers(self) -> bool:
        """Return whether the web server of this instance answers a request."""
        host, _, port = self.url.removeprefix("http://").strip("/").rpartition(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Lock:
    """The held lock; its file has the owner and the address of Redis for other processes."""

    def __init__(self, file: IO[str], what: str) -> None:
        self._file = file
        self._what = what

    def note(self, **facts: str) -> None:
        """Write down who holds the lock, and `facts`."""
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "what": self._what, **facts}))
        self._file.flush()


def _read_holder(path: Path) -> dict[str, Any]:
    try:
        holder: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return {}  # the other process is between taking the lock and writing itself down
    return holder
