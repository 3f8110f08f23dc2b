"""A whole copy of Blemish beside the tests, started by run.py as a user would."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from runner import ROOT
from runner.installation import PYTHON
from tests.support.waiting import wait_until
from tests.support.workers import Worker

_MAKE_PERSON = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.authtoken.models import Token
from annotations.models import Member, Project
user, new = get_user_model().objects.get_or_create(username={username!r})
if new:
    user.set_password({password!r})
user.is_superuser = user.is_staff = {superuser!r}
user.save()
if {project!r}:
    home = Project.objects.get(slug={project!r})
    Member.objects.update_or_create(project=home, user=user, defaults={{"role": {role!r}}})
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
result = dict(pk=user.pk, token=Token.objects.get_or_create(user=user)[0].key, session=session.session_key)
"""


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in to a server: by form, by session cookie or by token."""

    username: str
    password: str
    pk: int
    token: str
    session: str


class Api(requests.Session):
    """Requests to one server, with the token of one person; addresses start at the root."""

    def __init__(self, server: "Server", person: Person | None) -> None:
        super().__init__()
        self._root = server.url
        if person:
            self.headers["Authorization"] = f"Token {person.token}"

    def request(self, method: str, url: str, **options: object) -> requests.Response:
        """Send METHOD to URL, for example `/api/projects/`; answers of any status come back."""
        options.setdefault("timeout", 30)
        return super().request(method, self._root + url, **options)


class Server:
    """A running copy with a folder, an address, a Redis and a database of its own.

    `var` is its folder, `url` its address without a slash at the end, `log` what all its processes wrote.
    """

    _collected: Path | None = None  # static files of an earlier server of this run

    def __init__(
        self, folder: Path, *, parts: Sequence[str] = ("web", "default"), **environment: str
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.var = folder / "var"
        self.folder = folder
        own = {"BLEMISH_VAR": str(self.var), "BLEMISH_ADDRESS": f"127.0.0.1:{self.port}", "BLEMISH_DEMO": "0"}
        inherited = {k: v for k, v in os.environ.items() if k not in {"REDIS_URL", "DATABASE_URL"}}
        self.environment = inherited | own | {"BLEMISH_PARTS": ",".join(parts)} | environment
        self._log_path = folder / "run.log"
        self._console: subprocess.Popen | None = None
        self._workers: list[Worker] = []
        self._borrow_static_files()
        self._start()
        Server._collected = self.var / "static"

    @property
    def log(self) -> str:
        """Return all that the server's processes have written so far."""
        return self._log_path.read_text(errors="replace")

    def python(self, code: str) -> object:
        """Run CODE beside the server, with its database; returns what CODE leaves in `result`, through JSON.

        `tests.factories` can be imported there. The first call takes a second, the others milliseconds.
        """
        if self._console is None:
            self._console = subprocess.Popen(
                [PYTHON, "-m", "tests.support.console"],
                cwd=ROOT,
                env=self._full_environment() | {"DJANGO_SETTINGS_MODULE": "webapp.settings"},
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        self._console.stdin.write(json.dumps(code) + "\n")
        self._console.stdin.flush()
        answer = json.loads(self._console.stdout.readline() or '{"error": "the console has ended"}')
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    def manage(self, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess:
        """Run a manage.py command on the server's data; its output is text in `stdout` and `stderr`."""
        done = subprocess.run(
            [PYTHON, "manage.py", *map(str, arguments)],
            cwd=ROOT,
            env=self._full_environment(),
            text=True,
            capture_output=True,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def person(
        self, username: str, *, project: str = "", role: str = "engineer", superuser: bool = False
    ) -> Person:
        """Make (or find) a person, a member of the project with that slug when one is named."""
        password = f"{username}'s pass phrase"
        values = dict(username=username, password=password, project=project, role=role, superuser=superuser)
        made = self.python(_MAKE_PERSON.format(**values))
        return Person(username=username, password=password, **made)

    def api(self, person: Person | None = None) -> Api:
        """Return a client of the REST interface; without PERSON it is nobody."""
        return Api(self, person)

    def start_worker(self, part: str = "ml") -> Worker:
        """Start one more worker on this server's queues; it ends with the server at the latest."""
        worker = Worker(part, self._full_environment(), self.folder)
        self._workers.append(worker)
        return worker

    def stop(self) -> None:
        """Stop everything; the data stays."""
        for worker in self._workers:
            worker.stop()
        if self._console is not None:
            self._console.stdin.close()
            self._console.wait()
            self._console = None
        self.process.terminate()
        self.process.wait(timeout=60)

    def restart(self) -> None:
        """Stop and start the copy, with the same data and address."""
        self.stop()
        self._start()

    def _borrow_static_files(self) -> None:
        if self._collected and self._collected.exists():
            shutil.copytree(self._collected, self.var / "static", copy_function=os.link)

    def _start(self) -> None:
        with self._log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "run.py"], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        start = len(self.log)
        wait_until(lambda: self._is_ready(start), seconds=300, what="the server to answer")

    def _is_ready(self, start: int) -> bool:
        assert self.process.poll() is None, f"the server stopped at once:\n{self.log[-4000:]}"
        return "Blemish is ready" in self.log[start:]

    def _full_environment(self) -> dict[str, str]:
        holder = json.loads((self.var / "run.lock").read_text())
        return self.environment | {"REDIS_URL": holder["redis_url"]}


@pytest.fixture(scope="session")
def blemish_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Give one server with a web server and a default worker, shared by all tests.

    Tests make their own projects and people in it. One that needs training starts an ml worker
    (`blemish_server.start_worker("ml")`) or takes `ml_worker`; one that stops things makes its own Server.
    """
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def ml_worker(blemish_server: Server) -> Worker:
    """Give the one ml worker of `blemish_server`, which starts when it is first asked for."""
    return blemish_server.start_worker("ml")
