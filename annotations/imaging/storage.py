"""Files on the local disk that are there whole or not at all."""

import contextlib
import errno
import os
import secrets
from typing import IO

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from annotations.errors import StorageFull

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFileStorage(FileSystemStorage):
    """Django's file storage, but each file is written beside its place, flushed to disk and then linked.

    A reader never sees half a file, and a full disk (StorageFull) leaves nothing behind.
    """

    def _save(self, name: str, content: File) -> str:
        path = self.path(name)
        draft = f"{path}.{secrets.token_hex(4)}.part"
        try:
            with _open_new(draft, self.file_permissions_mode or 0o644) as stream:
                for chunk in content.chunks():
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            return self._place(draft, name)
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise StorageFull from error
            raise
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)

    def _place(self, draft: str, name: str) -> str:
        """Give DRAFT the name NAME, or the next free one; of two writers each gets its own."""
        while True:
            try:
                os.link(draft, self.path(name))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name.replace("\\", "/")


def _open_new(path: str, mode: int) -> IO[bytes]:
    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, mode)

    try:
        return open(path, "xb", opener=opener)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return open(path, "xb", opener=opener)
