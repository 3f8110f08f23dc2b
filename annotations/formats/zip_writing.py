"""Zip archives that are sent while they are made, and folders with the same entries."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# One date for every entry, the earliest that zip knows: the same content makes the same archive.
_DATE = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One file of an export: its bytes, or how to open it when it is large. `path` has forward slashes."""

    path: str
    data: bytes = b""
    open: Callable[[], IO[bytes]] | None = None


class _Sink:
    """What a ZipFile writes into; it can neither seek nor tell, so the archive needs neither."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing, because nothing is held back."""

    def close(self) -> None:
        """Do nothing; a ZipFile closes what it opened itself alone."""

    def take(self) -> bytes:
        """Return what was written since the last call."""
        data, self.pieces, self.size = b"".join(self.pieces), [], 0
        return data


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Yield the bytes of a zip archive of `entries`; texts are compressed, opened files stored as is."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.path, date_time=_DATE)
            info.external_attr = 0o644 << 16
            if entry.open is None:
                archive.writestr(info, entry.data, compress_type=zipfile.ZIP_DEFLATED)
            else:
                with entry.open() as source, archive.open(info, "w", force_zip64=True) as target:
                    while piece := source.read(_PIECE):
                        target.write(piece)
                        yield sink.take()
            if sink.size >= _PIECE:
                yield sink.take()
    yield sink.take()


def write_folder(entries: Iterable[Entry], folder: Path) -> int:
    """Write `entries` below `folder`, which exists; return how many. Raises OSError."""
    count = 0
    for count, entry in enumerate(entries, start=1):  # noqa: B007
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if entry.open is None:
            path.write_bytes(entry.data)
        else:
            with entry.open() as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, _PIECE)
    return count
