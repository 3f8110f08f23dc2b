"""Add an image file to a project: check it, compare it with what is there, store the original unchanged.

Nothing is stored in part: the file is checked before it is stored, it is stored whole before its row is
written, and it is removed again when the row is refused.
"""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import IntegrityError, OperationalError, transaction

from annotations.errors import DuplicateImage, FileTooLarge, NameTaken, StorageFull, UnusableFile
from annotations.imaging import decoding, gray_window, previews
from annotations.models import Image, Project, Split

MAX_NAME = 255
IN_MEMORY = 32 << 20
_PIECE = 1 << 20
_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "BMP": ".bmp", "TIFF": ".tif"}


@dataclass(frozen=True)
class Probe:
    """What is known of an image file after it was read whole; the hashes are SHA-256 in hex."""

    name: str
    sha256: str
    pixels_sha256: str
    bytes: int
    format: str
    width: int
    height: int
    channels: int
    bit_depth: int


def probe(stream: IO[bytes], *, name: str) -> Probe:
    """Read an image file whole and return what it is. Raises FileTooLarge, UnusableFile.

    `pixels_sha256` covers the native levels and their shape, not the file around them.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size > settings.BLEMISH_MAX_FILE_BYTES:
        raise FileTooLarge(
            f"{name}: has {size:,} bytes, more than the limit of {settings.BLEMISH_MAX_FILE_BYTES:,}; "
            "make it smaller or raise BLEMISH_MAX_FILE_BYTES"
        )
    if size <= IN_MEMORY:
        # Decoders read a header in dozens of small pieces, each a call to the system and a turn of the
        # interpreter's lock; from memory they cost nothing.
        stream = io.BytesIO(stream.read())
    digest = _digest(stream)
    stream.seek(0)
    try:
        decoded = decoding.decode(stream, name=name, max_pixels=settings.BLEMISH_MAX_PIXELS)
    except decoding.TooManyPixels as error:
        raise FileTooLarge(str(error)) from error
    except decoding.UnreadableImage as error:
        raise UnusableFile(str(error)) from error
    height, width = decoded.pixels.shape[:2]
    return Probe(
        name=name,
        sha256=digest,
        pixels_sha256=pixels_digest(decoded.pixels),
        bytes=size,
        format=decoded.format,
        width=width,
        height=height,
        channels=decoded.channels,
        bit_depth=decoded.bit_depth,
    )


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def pixels_digest(pixels: np.ndarray) -> str:
    """Return the SHA-256 of native levels, their shape and depth; alike on every machine."""
    digest = hashlib.sha256(f"{pixels.shape} {pixels.dtype.itemsize}".encode())
    digest.update(np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder("<"), copy=False)).data)
    return digest.hexdigest()


def choose_split(key: str, *, calibration_percent: float, test_percent: float) -> Split:
    """Choose a split by a hash of `key` (the part, or the pixels): the same key always gets the same split.

    The test share is cut off first, so that another calibration share moves no image into or out of it.
    """
    place = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big") / 2**64 * 100
    if place < test_percent:
        return Split.TEST
    return Split.CALIBRATION if place < test_percent + calibration_percent else Split.TRAIN


def split_of(project: Project, *, part: str, pixels_sha256: str) -> Split:
    """Return the split of an image in this project; frames of one part share it."""
    return choose_split(
        f"part {part}" if part else f"pixels {pixels_sha256}",
        calibration_percent=project.calibration_percent,
        test_percent=project.test_percent,
    )


def clean_name(name: str) -> str:
    """Return the last part of a file name that may come from any system. Raises UnusableFile."""
    base = PurePosixPath(name.replace("\\", "/")).name
    if base in ("", ".", ".."):
        raise UnusableFile("A file came without a name; give it one.")
    if len(base) > MAX_NAME:
        raise UnusableFile(f"{base[:60]}…: its name has {len(base)} characters; at most {MAX_NAME} are kept.")
    if not base.isprintable():
        raise UnusableFile(f"{base!r}: its name has characters that cannot be shown; rename it.")
    return base


def add_image(
    project: Project,
    name: str,
    source: str | os.PathLike[str] | IO[bytes],
    *,
    user=None,
    part: str = "",
    lot: str = "",
    line: str = "",
    captured_at: datetime | None = None,
    split: Split | str | None = None,
) -> Image:
    """Take one image file into `project`; its view and thumbnail follow by Celery.

    `source` is a path or an open binary file that can seek. Without `split` the hash of the part, or of the
    pixels, chooses it. Raises UnusableFile, FileTooLarge, DuplicateImage, NameTaken, StorageFull.
    """
    with _opened(source) as stream:
        known = probe(stream, name=clean_name(name))
        refuse_known(project, known)
        image = new_image(project, known, user=user, part=part, split=split)
        image.lot, image.line, image.captured_at = lot, line, captured_at
        stream.seek(0)
        stored = default_storage.save(original_name(project, known), File(stream))
    image.file.name = stored
    _save_row(image, known, stored)
    return image


def _opened(source: str | os.PathLike[str] | IO[bytes]) -> AbstractContextManager[IO[bytes]]:
    """Open a path; an open file stays the caller's to close."""
    return Path(source).open("rb") if isinstance(source, str | os.PathLike) else nullcontext(source)


def _save_row(image: Image, known: Probe, stored: str) -> None:
    """Write the row of an original and request its previews; on an error, delete the file `stored`."""
    try:
        with transaction.atomic():
            set_window(image.project, known.bit_depth)
            image.save()
            transaction.on_commit(lambda: previews.request_views([image.pk]))
    except BaseException as error:
        default_storage.delete(stored)
        if isinstance(error, IntegrityError):
            # Another request added this file or name in between: raise the error that names it.
            refuse_known(image.project, known)
        if isinstance(error, OperationalError) and "full" in str(error):
            raise StorageFull from error
        raise


def refuse_known(project: Project, known: Probe) -> None:
    """Raise DuplicateImage or NameTaken when the project has this content or this name."""
    present = project.images.present()
    if same := present.filter(sha256=known.sha256).values("pk", "name").first():
        raise DuplicateImage(
            f"{known.name}: the project has this very file already, as {same['name']}; nothing was added.",
            image=same["pk"],
            name=same["name"],
        )
    if other := present.filter(name=known.name).values("pk").first():
        raise NameTaken(
            f"{known.name}: the project has another image of this name; rename the file or delete that one.",
            image=other["pk"],
            name=known.name,
        )


def new_image(
    project: Project, known: Probe, *, user=None, part: str = "", split: Split | str | None = None
) -> Image:
    """Return the unsaved row of a probed file; its original is not stored yet."""
    return Image(
        project=project,
        **vars(known),
        part=part,
        split=split or split_of(project, part=part, pixels_sha256=known.pixels_sha256),
        uploaded_by=user,
    )


def original_name(project: Project, known: Probe) -> str:
    """Return a name of its own in storage for the original of a probed file."""
    stem = f"{known.sha256[:32]}-{secrets.token_hex(4)}{_SUFFIXES[known.format]}"
    return f"originals/{project.pk}/{known.sha256[:2]}/{stem}"


def set_window(project: Project, bit_depth: int) -> None:
    """Set the gray window of a new project to all levels of its first image."""
    if project.window_low is not None:
        return
    low, high = gray_window.default_window(bit_depth)
    Project.objects.filter(pk=project.pk, window_low__isnull=True).update(window_low=low, window_high=high)
    project.refresh_from_db(fields=["window_low", "window_high"])
