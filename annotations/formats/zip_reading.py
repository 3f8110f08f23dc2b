"""Read zip archives from people who may be hostile: the headers are checked before anything is unpacked.

Nothing is ever written under a name from the archive, so a path that leads outside could do no harm. It is
refused all the same, because such an archive is no set of images.
"""

from __future__ import annotations

import lzma
import stat
import struct
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
# The longest comment, and the two records before it.
_TAIL = 0xFFFF + 22 + 20
# A name may have 64 KB, but entries that are not made to harm are far below this.
_BYTES_PER_ENTRY = 4096
_PIECE = 1 << 20
_IN_MEMORY = 8 << 20
_ARCHIVES = {".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst"}
# Files that operating systems add to folders.
_SYSTEM_FILES = {"__macosx", "thumbs.db", "desktop.ini"}


# What the standard library raises for members that do not match their headers.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


class BadArchive(Exception):
    """An archive that cannot be read at all; the sentence names it and says why."""


class BadMember(Exception):
    """One member that is not taken; the sentence says why, without its name."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may hold: members, their bytes together and one by one, and how far they unpack.

    `ratio` is unpacked to packed bytes of one member, asked of those of more than `ratio_from` bytes.
    """

    members: int
    bytes: int
    member_bytes: int
    ratio: int = 200
    ratio_from: int = 16 << 20


@dataclass(frozen=True)
class Member:
    """One file of an archive; `path` is its place there, `why_not` the reason when it is not taken."""

    path: str
    info: zipfile.ZipInfo
    why_not: str = ""

    @property
    def name(self) -> str:
        """Return the file's own name."""
        return PurePosixPath(self.path).name

    @property
    def is_annotation(self) -> bool:
        """Return whether it goes by its name as a VOC annotation."""
        return self.path.lower().endswith(".xml")


class Archive:
    """An open archive and its members, images before annotations."""

    def __init__(self, stream: IO[bytes], *, name: str, limits: Limits) -> None:
        check_end(stream, name=name, limits=limits)
        self.name, self.limits = name, limits
        try:
            self._zip = zipfile.ZipFile(stream)
        except UnicodeDecodeError as error:
            raise BadArchive(f"{name}: its names are said to be UTF-8 and are not; pack it again.") from error
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError) as error:
            raise BadArchive(f"{name}: its table of contents is broken ({error}); pack it again.") from error
        members = [self._member(info) for info in self._zip.infolist() if not info.is_dir()]
        # A stable order: a worker that goes on after another finds the same one.
        self.members = sorted(
            (member for member in members if not _is_system_file(member.path)),
            key=lambda one: one.is_annotation,
        )

    def _member(self, info: zipfile.ZipInfo) -> Member:
        path = readable_name(info)
        return Member(path, info, _why_not(info, path, self.limits))

    def read(self, member: Member) -> IO[bytes]:
        """Return the bytes of `member` as an open file; raises BadMember.

        The size in a header may be wrong, so reading ends at the limit.
        """
        if member.why_not:
            raise BadMember(member.why_not)
        target = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - the caller closes it
        try:
            with self._zip.open(member.info) as source:
                size = 0
                while piece := source.read(_PIECE):
                    size += len(piece)
                    if size > self.limits.member_bytes:
                        raise BadMember(_too_large(size, self.limits.member_bytes))
                    target.write(piece)
        except (*_DAMAGED, OSError) as error:
            target.close()
            raise BadMember(f"it is damaged inside the archive ({error}); pack it again.") from error
        except BaseException:
            target.close()
            raise
        target.seek(0)
        return target


def check_end(stream: IO[bytes], *, name: str, limits: Limits) -> None:
    """Raise BadArchive unless `stream` ends as a zip archive of at most the allowed members does.

    The table of contents is read whole into memory by `zipfile`; its size is known from the end record alone.
    """
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _TAIL))
    tail = stream.read(_TAIL)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise BadArchive(f"{name}: it is no zip archive, or its end is missing; pack it anew, send it whole.")
    disks, _, _, members, table = struct.unpack("<HHHHL", tail[at + 4 : at + 16])
    if disks not in (0, 0xFFFF):
        raise BadArchive(f"{name}: it is one part of a split archive; pack it as one file.")
    locator = tail[at - 20 : at] if at >= 20 else b""
    if locator.startswith(_LOCATOR64):
        (place,) = struct.unpack("<Q", locator[8:16])
        stream.seek(min(place, size))
        record = stream.read(56)
        if len(record) == 56 and record.startswith(_END64):
            members, table = struct.unpack("<QQ", record[32:48])
    if members > limits.members:
        raise BadArchive(
            f"{name}: it holds {members:,} files, more than the {limits.members:,} taken; split it."
        )
    if table > limits.members * _BYTES_PER_ENTRY or table > size:
        raise BadArchive(f"{name}: its table of contents is broken; pack it again.")
    stream.seek(0)


def readable_name(info: zipfile.ZipInfo) -> str:
    """Return the path of `info` with forward slashes: UTF-8 where it is, else code page 437 as zip has it.

    Many programs write UTF-8 without the flag of the format for it.
    """
    path = info.orig_filename
    if not info.flag_bits & 0x800:
        try:
            path = path.encode("cp437").decode("utf-8")
        except UnicodeError:
            path = info.orig_filename
    return path.replace("\\", "/")


def shown(path: str, most: int = 200) -> str:
    """Return `path` as a page can show it."""
    text = "".join(letter if letter.isprintable() else "?" for letter in path)
    return text if len(text) <= most else f"…{text[-most:]}"


def _is_system_file(path: str) -> bool:
    parts = [part.lower() for part in path.split("/") if part]
    hidden = bool(parts) and parts[-1].startswith(".") and parts[-1] not in (".", "..")
    return hidden or any(part in _SYSTEM_FILES for part in parts)


def _why_not(info: zipfile.ZipInfo, path: str, limits: Limits) -> str:
    """Return why a member of this header is not taken, "" when it may be read."""
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/") or "\0" in path:
        return "its path leads outside the archive; pack the files with plain relative paths."
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode and not stat.S_ISREG(mode):
        return "it is a link or a special file, not a file; pack the file itself."
    if info.flag_bits & 0x1:
        return "it is encrypted; pack it without a password."
    if PurePosixPath(path).suffix.lower() in _ARCHIVES:
        return "it is an archive inside the archive; send it by itself."
    if info.file_size > limits.member_bytes:
        return _too_large(info.file_size, limits.member_bytes)
    if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(1, info.compress_size):
        return (
            f"it would unpack to {info.file_size // max(1, info.compress_size):,} times its size, as no "
            "image does; it was not opened."
        )
    return ""


def _too_large(size: int, limit: int) -> str:
    return f"it has {size:,} bytes unpacked, more than the limit of {limit:,}."
