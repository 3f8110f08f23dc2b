"""Real Celery workers on the database and the Redis of this test run."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from runner import ROOT
from runner.commands import part_command
from runner.instances import Instance
from tests.support.waiting import wait_until


class Worker:
    """One worker process, the leader of its own group, with its log in a file."""

    def __init__(self, part: str, environment: dict[str, str], folder: Path) -> None:
        self.log_path = folder / f"{part}-{os.urandom(3).hex()}.log"
        copy = Instance.from_environment()
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                part_command(part, copy),
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._is_ready, seconds=90, what=f"the {part} worker to be ready")

    @property
    def log(self) -> str:
        """Return all that the worker has written so far."""
        return self.log_path.read_text(errors="replace")

    def kill(self) -> None:
        """End the worker and its children at once, as `kill -9` does."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
        self.process.wait()

    def stop(self) -> None:
        """Ask the worker to stop, and kill it when it takes more than ten seconds."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, f"the worker stopped at once:\n{self.log[-4000:]}"
        return " ready." in self.log


def database_environment() -> dict[str, str]:
    """Return the environment in which another process uses the database of the running test."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return {}  # its file is the one that BLEMISH_VAR implies
    who = f"{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}"
    return {"DATABASE_URL": f"postgres://{who}/{values['NAME']}"}


@pytest.fixture
def celery_worker(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[str], Worker]]:
    """Give a function that starts a worker: `celery_worker("ml")` or `celery_worker("default")`.

    The worker sees what the test has written (the database is not in a transaction). The queues are
    empty at the start, and every worker has ended before the tables are emptied.
    """
    redis.Redis.from_url(settings.REDIS_URL).flushdb()
    workers: list[Worker] = []

    def start(part: str = "default") -> Worker:
        environment = Instance.from_environment().environment(settings.REDIS_URL) | database_environment()
        workers.append(Worker(part, environment, tmp_path))
        return workers[-1]

    yield start
    for worker in workers:
        worker.stop()
