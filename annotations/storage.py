"""Files on the local disk that are there whole or not at all."""

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage

from annotations.errors import StorageFull

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class WholeFileStorage(FileSystemStorage):
    """Django's file storage, but each file is written beside its place, flushed to disk and then renamed.

    A reader never sees half a file, and a full disk (StorageFull) leaves nothing behind.
    """

    def _save(self, name: str, content: File) -> str:
        folder = Path(self.path(name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(prefix=".part-", dir=folder)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                for chunk in content.chunks():
                    stream.write(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(draft, self.file_permissions_mode or 0o644)
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
                os.close(os.open(self.path(name), os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                os.replace(draft, self.path(name))
                return name.replace("\\", "/")
