"""What every test may ask for. Nothing here is a stand-in: Redis, workers, server and browser are real.

Every run has its own temporary folder (BLEMISH_VAR) and its own Redis, so tests touch nobody's data.

Fixtures, beside pytest-django's (`db`, `transactional_db`, `client`, `django_assert_num_queries`, …):

celery_worker    a function: `worker = celery_worker("ml")` starts one on the test's own database
blemish_server   a whole copy made by run.py, shared by the session: `.url`, `.python(code)`, `.manage(…)`,
                 `.person(name, project=…)`, `.api(person)`, `.start_worker("ml")`, `.restart()`, `.log`
ml_worker        the ml worker of `blemish_server`; `.kill()` is kill -9
open_page        a function: `page = open_page(person, size=PHONE, allowed=[r"412"])`, each a browser
page, phone      a page of 1440 × 900, of 390 × 844, at which nobody is signed in
chromium         the browser itself, by playwright
postgres         the DATABASE_URL of a temporary server
neu_det          the folder of the NEU-DET images, outside the repository (NEU_DET names another place)

They live in tests/support/, where each function says more.
`wait_until(condition, seconds=…, what=…)` is in support/waiting.py; makers of rows are in factories.py.

    def test_a_saved_box_is_there_after_a_reload(blemish_server, open_page):
        blemish_server.python("from tests.factories import *; make_image(make_project('steel'), ready=True)")
        anna = blemish_server.person("anna", project="steel")
        page = open_page(anna)
        page.goto("/p/steel/label/")

A test of `blemish_server`, `celery_worker`, `chromium` or `postgres` is marked worker, browser or postgres
by its fixtures. A missing part skips with what to install; with CI set it fails.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import hypothesis
import pytest

from runner import ROOT
from runner.broker import Redis

if "DJANGO_SETTINGS_MODULE" in os.environ:
    # pytest-django has read the settings already, and with them somebody's real folder.
    pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests choose their settings themselves.", returncode=4)

# Before Django reads its settings: a folder, a Redis and an address of this run's own.
VAR = Path(tempfile.mkdtemp(prefix="blemish-tests-"))
REDIS = Redis.prepare(VAR / "redis")
for name in ("S3_BUCKET", "ALLOWED_HOSTS", "DEBUG", "BEHIND_HTTPS", "BLEMISH_PARTS", "BLEMISH_DEMO"):
    os.environ.pop(name, None)
# A server named here is used by the whole run; its database gets the prefix test_.
os.environ["DATABASE_URL"] = os.environ.get("BLEMISH_TEST_DATABASE_URL", "")
os.environ["BLEMISH_VAR"] = str(VAR)
os.environ["BLEMISH_ADDRESS"] = "127.0.0.1:8000"  # nothing listens there; it names cookies and hosts
os.environ["REDIS_URL"] = REDIS.url
os.environ["DJANGO_SETTINGS_MODULE"] = "webapp.settings"
# Playwright's event loop lives in the main thread; the tests' own queries there are still one by one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tests.support.browsers import chromium, open_page, page, phone  # noqa: E402, F401
from tests.support.postgres import postgres  # noqa: E402, F401
from tests.support.servers import blemish_server, ml_worker  # noqa: E402, F401
from tests.support.workers import celery_worker  # noqa: E402, F401

MARKS = {
    "worker": {"celery_worker", "ml_worker", "blemish_server"},
    "browser": {"chromium"},
    "postgres": {"postgres"},
}
# A busy machine is slow, and slow is not wrong: no example has a time limit.
hypothesis.settings.register_profile("blemish", deadline=None)
hypothesis.settings.load_profile("blemish")
_processes: list[subprocess.Popen] = []


def pytest_configure(config: pytest.Config) -> None:
    """Start this run's Redis; let Django hash passwords quickly and serve static files uncollected."""
    if config.getoption("numprocesses", None):
        # Each process that runs tests chooses for itself; this one only hands them out.
        del os.environ["DJANGO_SETTINGS_MODULE"]
        return
    log = (VAR / "redis" / "log").open("wb")
    _processes.append(subprocess.Popen(REDIS.command, cwd=REDIS.folder, stdout=log, start_new_session=True))
    REDIS.wait(_processes[0])
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop this run's Redis and remove its folder."""
    for process in _processes:
        process.terminate()
        process.wait()
    shutil.rmtree(VAR, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the real parts that it asks for."""
    for item in items:
        for mark, fixtures in MARKS.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(mark)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Keep the test database in the file that BLEMISH_VAR implies, where worker processes find it."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(VAR / "db.sqlite3")


@pytest.fixture(scope="session")
def neu_det() -> Path:
    """Give the folder of the NEU-DET images; data is nothing that could be installed, so it only skips."""
    folder = Path(os.environ.get("NEU_DET") or ROOT.parent / "shared" / "data" / "neu-det")
    if not folder.is_dir():
        pytest.skip(f"There are no NEU-DET images in {folder}; NEU_DET names their folder.")
    return folder
