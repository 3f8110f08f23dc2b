"""Bring a copy up to date before it serves; run.py calls this at every start."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command

from annotations.atomic_files import atomic_write


class Command(BaseCommand):
    help = "Migrate, collect static files when they changed, and make the demo on the very first start."

    # No checks: they load every page, which delays the first one; the web server loads them anyway.
    requires_system_checks = []

    def add_arguments(self, parser) -> None:
        parser.add_argument("--demo", action="store_true", help="make the demo when nobody can sign in yet")

    def handle(self, *args, demo: bool, **options) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self._collect_static()
        if demo:
            self._make_demo()
        _forget_changed_logins(Path(settings.VAR) / "demo_logins.json")

    def _collect_static(self) -> None:
        stamp = Path(settings.STATIC_ROOT) / "collected.txt"
        wanted = _digest_of_static_files()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        self.stdout.write("Collecting static files.")
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
        stamp.write_text(wanted)

    def _make_demo(self) -> None:
        """Make the demo in a database without people; deleting the demo project later is final.

        A marker in the folder outlives a start that was stopped in the middle of it.
        """
        marker = Path(settings.VAR) / "demo-unfinished"
        if not marker.exists() and get_user_model().objects.exists():
            return
        marker.touch()
        call_command("demo")
        marker.unlink()


def _forget_changed_logins(path: Path) -> None:
    """Remove from the file `path`, which a start prints, each login that is gone or has a new password."""
    if not path.exists():
        return
    logins = json.loads(path.read_text(encoding="utf-8"))
    hashes = dict(get_user_model().objects.filter(username__in=logins).values_list("username", "password"))
    with ThreadPoolExecutor() as pool:  # hashing is slow on purpose, and lets other threads run
        holds = pool.map(lambda name: check_password(logins[name], hashes.get(name, "")), logins)
        kept = {name: logins[name] for name, held in zip(logins, holds, strict=True) if held}
    if kept != logins:
        with atomic_write(path) as draft:
            draft.write_text(json.dumps(kept, indent=2), encoding="utf-8")


def _digest_of_static_files() -> str:
    """Return what changes when any static file, of ours or of a package, does."""
    entries = []
    for finder in get_finders():
        for name, storage in finder.list(None):
            stat = Path(storage.path(name)).stat()
            entries.append([name, stat.st_size, stat.st_mtime_ns])
    return hashlib.sha256(json.dumps(sorted(entries)).encode()).hexdigest()
