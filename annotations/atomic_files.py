"""Files and folders that appear whole or not at all: written under a temporary name, then renamed."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def temporary_sibling(path: Path) -> Iterator[Path]:
    """Yield an unused path in the folder of `path`; remove what stands there when the block ends.

    The suffix is that of `path`, because some writers choose their format by it.
    """
    draft = path.with_name(f".unfinished-{secrets.token_hex(8)}{path.suffix}")
    try:
        yield draft
    finally:
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            with suppress(FileNotFoundError):
                draft.unlink()


@contextmanager
def atomic_write(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Yield a temporary path for a new file or folder; rename it to `path` when the block succeeds.

    Readers see the old `path` or the new one, never a part of it. A file that was there is replaced. A folder
    that was there is replaced only if it is empty. After an error the old `path` is unchanged and nothing is
    left behind; after a crash a file or folder named `.unfinished-…` may be left beside it.

    `durable` flushes a file to the disk before the rename, so that it also survives a power failure.
    Raises OSError.
    """
    with temporary_sibling(path) as draft:
        yield draft
        if durable:
            flush_to_disk(draft)
        os.replace(draft, path)


def flush_to_disk(path: Path) -> None:
    """Return when the operating system has written the file at `path` to the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
