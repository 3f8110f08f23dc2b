"""Read settings from the environment; a bad value stops the start with a sentence that names it."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def boolean(name: str, default: bool) -> bool:
    """Return the truth of the variable `name`; raises ImproperlyConfigured on anything but 0/1/true/false."""
    text = os.environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {text!r}; write 1 or 0.")


def integer(name: str, default: int, *, least: int) -> int:
    """Return the whole number in the variable `name`; raises ImproperlyConfigured below `least`."""
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or int(text) < least:
        raise ImproperlyConfigured(f"{name} is {text!r}; write a whole number of at least {least}.")
    return int(text)


def words(name: str, default: list[str]) -> list[str]:
    """Return the comma-separated entries of the variable `name`."""
    text = os.environ.get(name, "")
    return [word.strip() for word in text.split(",") if word.strip()] or default


def address(name: str, default: str) -> tuple[str, int]:
    """Return (host, port) of the variable `name`, which reads host:port."""
    text = os.environ.get(name, "").strip() or default
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ImproperlyConfigured(f"{name} is {text!r}; write it as host:port, for example {default}.")
    return host, int(port)


def secret_key(folder: Path) -> str:
    """Return SECRET_KEY, or the key kept in `folder`/secret_key, which is made once with mode 600."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = folder / "secret_key"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The file is written aside and linked into place: of two processes that start at the same
        # moment, one wins and both read the same whole key.
        draft = folder / f"secret_key.{os.getpid()}"
        if not path.exists():
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(50))
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # the other process was first; its key holds
            finally:
                draft.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in {path}: {error.strerror}. "
            "Make the folder writable, or set SECRET_KEY."
        ) from error
