"""System packages that the tests and the checks of `run.py lint` need, on Debian and Ubuntu."""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TYPESCRIPT = Path("/usr/share/nodejs/typescript/lib/tsc.js")


def missing_for_tests() -> list[str]:
    """Return the Debian packages that the tests need and this machine lacks."""
    packages = _missing_venv()
    if not any(shutil.which(browser) for browser in BROWSERS):
        packages += ["chromium", "fonts-dejavu-core"]
    if not shutil.which("pg_ctl") and not glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"):
        packages.append("postgresql")
    return packages + _missing_typescript()


def missing_for_lint() -> list[str]:
    """Return the Debian packages that `run.py lint` needs and this machine lacks."""
    return _missing_venv() + _missing_typescript()


def typescript() -> Path | None:
    """Return the script of the TypeScript compiler: Debian's, or the one of a `tsc` on the path."""
    found = shutil.which("tsc")
    places = [_TYPESCRIPT, *([Path(found).resolve().parents[1] / "lib" / "tsc.js"] if found else [])]
    return next((place for place in places if place.is_file()), None)


def install_missing(missing: Callable[[], list[str]]) -> str | None:
    """Install the packages that `missing` names, when that is allowed.

    Returns a sentence about what is still missing, or None.
    """
    packages = missing()
    if not packages:
        return None
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        return f"These programs are needed here as well: {names} (names of Debian's packages)."
    if os.geteuid() != 0:
        return f"Needed here as well: sudo apt-get install {names}."
    print(f"Installing by apt-get: {names}", flush=True)
    # No database server is started by the package: the tests make their own in a temporary folder.
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    update = subprocess.run(["apt-get", "update", "-qq"], env=environment)
    install = subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], env=environment
    )
    importlib.invalidate_caches()
    still = missing()
    if still:
        status = install.returncode or update.returncode
        return f"apt-get could not install {' '.join(still)} (exit status {status})."
    return None


def _missing_venv() -> list[str]:
    return [] if importlib.util.find_spec("ensurepip") else [f"python3.{sys.version_info[1]}-venv"]


def _missing_typescript() -> list[str]:
    return [] if typescript() else ["node-typescript"]
