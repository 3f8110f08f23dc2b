"""What is kept in the database is kept alike by PostgreSQL: its tests run again on a real server."""

import os
import subprocess
import sys

import pytest

from runner import ROOT

# The folders whose rules lean on the database: constraints, compare-and-set, leases, claims, rounds.
FOLDERS = ("tests/annotations", "tests/training", "tests/webapp", "tests/inference")


@pytest.mark.slow
def test_the_rules_hold_on_postgresql_too(postgres: str) -> None:
    environment = os.environ | {"BLEMISH_TEST_DATABASE_URL": postgres}
    del environment["DJANGO_SETTINGS_MODULE"]
    command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *FOLDERS]
    # What needs no database, or minutes of training, tells nothing new here.
    command += ["-m", "django_db and not slow and not browser and not worker"]
    done = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
