"""System packages that the tests talk to, on Debian and Ubuntu."""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_TYPESCRIPT = Path("/usr/share/nodejs/typescript/lib/tsc.js")


def missing() -> list[str]:
    """Return the Debian packages that the tests need and this machine lacks."""
    packages = []
    if importlib.util.find_spec("ensurepip") is None:
        packages.append(f"python3.{sys.version_info[1]}-venv")
    if not any(shutil.which(browser) for browser in BROWSERS):
        packages += ["chromium", "fonts-dejavu-core"]
    if not shutil.which("pg_ctl") and not glob.glob("/usr/lib/postgresql/*/bin/pg_ctl"):
        packages.append("postgresql")
    if not typescript():
        packages.append("node-typescript")
    return packages


def typescript() -> Path | None:
    """Return the script of the TypeScript compiler: Debian's, or the one of a `tsc` on the path."""
    found = shutil.which("tsc")
    places = [_TYPESCRIPT, *([Path(found).resolve().parents[1] / "lib" / "tsc.js"] if found else [])]
    return next((place for place in places if place.is_file()), None)


def install_missing() -> str | None:
    """Install what is missing when that is allowed; returns a sentence about what still is, or None."""
    packages = missing()
    if not packages:
        return None
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        return f"The tests also need Chromium, PostgreSQL and TypeScript here ({names} on Debian)."
    if os.geteuid() != 0:
        return f"The tests also need: sudo apt-get install {names}."
    print(f"Installing for the tests, by apt-get: {names}", flush=True)
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
