"""The storage of media files: Django's, but a file appears whole or not at all."""

import errno
import os
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from annotations.atomic_files import flush_to_disk, temporary_sibling
from annotations.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFileStorage(FileSystemStorage):
    """Write each file under a temporary name, flush it to the disk, then give it its name.

    A reader never sees half a file, and a full disk leaves nothing behind. Raises StorageFull, OSError.
    """

    def _save(self, name: str, content: File) -> str:
        try:
            with temporary_sibling(Path(self.path(name))) as draft:
                with _open_new(draft, self.file_permissions_mode or 0o644) as stream:
                    for chunk in content.chunks():
                        stream.write(chunk)
                flush_to_disk(draft)
                return self._link(draft, name)
        except OSError as error:
            if error.errno in _FULL:
                raise StorageFull from error
            raise

    def _link(self, draft: Path, name: str) -> str:
        """Link `draft` as `name`, or as the next free name: a link never replaces a file."""
        while True:
            try:
                os.link(draft, self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name.replace("\\", "/")


def _open_new(path: Path, mode: int) -> IO[bytes]:
    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        return open(path, "xb", opener=opener)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return open(path, "xb", opener=opener)
