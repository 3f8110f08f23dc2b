"""What a start does before it serves: migrate, collect static files once, make the demo once."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import management

from annotations.models import Image, Project
from tests.factories import make_user
from webapp.management.commands import prepare

pytestmark = pytest.mark.django_db

LOGINS = Path(settings.VAR) / "demo_logins.json"
MARKER = Path(settings.VAR) / "demo-unfinished"


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make a demo of two images where a whole one is asked for; give the names of the commands that ran."""
    names = []

    def call_command(name: str, **options: object) -> None:
        names.append(name)
        if name == "demo":
            options |= {"images": 2, "verbosity": 0}
        management.call_command(name, **options)

    monkeypatch.setattr(prepare, "call_command", call_command)
    for path in (LOGINS, MARKER):
        path.unlink(missing_ok=True)
    return names


def start() -> None:
    management.call_command("prepare", demo=True, verbosity=0)


def test_the_first_start_makes_the_demo_and_the_second_does_not(calls: list[str]) -> None:
    start()
    start()
    assert calls.count("demo") == 1
    assert Project.objects.get().images.count() == 2


def test_a_demo_that_was_deleted_stays_deleted(calls: list[str]) -> None:
    start()
    Image.objects.all().delete()
    Project.objects.all().delete()
    start()
    assert not Project.objects.exists()


def test_where_people_are_already_no_demo_is_made(calls: list[str]) -> None:
    make_user("anna")
    start()
    assert "demo" not in calls


def test_a_demo_that_was_stopped_in_the_middle_is_finished_at_the_next_start(calls: list[str]) -> None:
    make_user("engineer")  # made before the stop
    MARKER.touch()
    start()
    assert Project.objects.get().images.count() == 2
    assert not MARKER.exists()


def test_logins_are_printed_only_while_they_hold() -> None:
    start()
    assert set(json.loads(LOGINS.read_text())) == {"inspector", "reviewer", "engineer", "admin"}
    users = get_user_model().objects
    users.get(username="admin").delete()
    reviewer = users.get(username="reviewer")
    reviewer.set_password("another one")
    reviewer.save()
    start()
    assert set(json.loads(LOGINS.read_text())) == {"inspector", "engineer"}


def test_static_files_are_collected_again_only_when_they_changed(calls: list[str]) -> None:
    start()
    calls.clear()
    start()
    assert calls == ["migrate"]
    (Path(settings.STATIC_ROOT) / "collected.txt").write_text("of another version")
    start()
    assert calls == ["migrate", "migrate", "collectstatic"]
