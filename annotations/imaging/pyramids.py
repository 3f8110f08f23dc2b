"""Large originals as tiles of native levels, cut once by a worker, whatever the gray window is.

States: pending -> cutting -> ready | failed. A worker claims the row with the time of the claim, writes the
tiles under a folder of its own, and names that folder in the row last, only while it still holds the claim.
Tiles that were lost are cut again, and the others are served meanwhile.
"""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F

from annotations import jobs
from annotations.errors import StorageFull
from annotations.imaging import decoding, raster_tiles
from annotations.models import Image, Pyramid, PyramidState

logger = logging.getLogger(__name__)

CLAIMS = jobs.TimedClaim(pending=PyramidState.PENDING, running=PyramidState.CUTTING)

# Smaller images go to the browser in one piece, made when it is asked for.
WHOLE_SIDE = 2048
MOST_TRIES = 3
# Packing releases the interpreter, and a disk that is waited for is no work.
_THREADS = min(4, (os.cpu_count() or 1) + 1)


def is_large(image: Image) -> bool:
    """Return whether an image is shown by tiles."""
    return max(image.width, image.height) > WHOLE_SIDE


def levels_of(pyramid: Pyramid) -> tuple[raster_tiles.Level, ...]:
    """Return the levels of the stored tiles; the image is loaded."""
    image = pyramid.image
    return raster_tiles.levels_of(image.width, image.height, side=pyramid.tile_side or raster_tiles.TILE_SIDE)


def tile_name(folder: str, level: int, column: int, row: int) -> str:
    """Return the name of a tile in storage."""
    return f"{folder}/{level}/{column}-{row}.gz"


def of(image: Image) -> Pyramid:
    """Return the row of a large image's tiles, made when it is new."""
    pyramid, _ = Pyramid.objects.get_or_create(image=image)
    return pyramid


def cut(image_id: int) -> bool:
    """Make the tiles of one image; return whether this call did it.

    False when the image is small or deleted, when its tiles are done or another worker makes them. A file
    that cannot be read or a full disk ends in the state `failed` with a sentence.
    """
    image = Image.objects.present().filter(pk=image_id).first()
    if image is None or not is_large(image):
        return False
    row = of(image)
    mine = CLAIMS.claim(Pyramid.objects, row.pk, tries=F("tries") + 1)
    if mine is None:
        return False
    # A new folder each time: a browser may keep what it loaded for ever.
    folder = f"tiles/{image.project_id}/{image.pk}-{secrets.token_hex(4)}"
    try:
        outcome = _store(image, folder)
    except (decoding.UnreadableImage, StorageFull, OSError, MemoryError) as error:
        logger.warning("No tiles of %s: %s", image.name, error)
        mine.update(state=PyramidState.FAILED, error=str(error) or "This machine has too little memory.")
        discard(image, folder)
        return False
    if mine.update(state=PyramidState.READY, folder=folder, error="", tries=0, **outcome) != 1:
        discard(image, folder)
        return False
    discard(image, row.folder)
    return True


def renew(pyramid: Pyramid) -> bool:
    """Set tiles of which one was lost back to pending; return whether this call did it."""
    lost = Pyramid.objects.filter(pk=pyramid.pk, state=PyramidState.READY, folder=pyramid.folder)
    return CLAIMS.reset(lost) == 1


def give_up_stalled() -> int:
    """Set the rows whose worker died back to pending, or to failed after the third time; return how many."""
    stalled = CLAIMS.stalled(Pyramid.objects)
    sentence = f"The worker ended {MOST_TRIES} times while it cut this image; it may have too little memory."
    failed = stalled.filter(tries__gte=MOST_TRIES).update(state=PyramidState.FAILED, error=sentence)
    return failed + CLAIMS.reset(stalled)


def pending_ids(limit: int) -> list[int]:
    """Return the images that wait for their tiles, oldest first."""
    waiting = Pyramid.objects.filter(state=PyramidState.PENDING, image__deleted_at__isnull=True)
    return list(waiting.order_by("pk").values_list("image_id", flat=True)[:limit])


def discard(image: Image, folder: str) -> None:
    """Remove a folder of tiles, also one that is half written or was removed before."""
    if not folder:
        return
    levels = raster_tiles.levels_of(image.width, image.height)
    names = [
        tile_name(folder, index, column, row)
        for index, level in enumerate(levels)
        for column in range(level.columns)
        for row in range(level.rows)
    ]
    # Local folders are removed too; a storage without folders has no such names.
    for name in [*names, *(f"{folder}/{index}" for index in range(len(levels))), folder]:
        with contextlib.suppress(OSError):
            default_storage.delete(name)


def _store(image: Image, folder: str) -> dict:
    """Write all tiles of an image below `folder`; return the fields of its row."""
    with image.file.open("rb") as stream:
        pixels = decoding.read_pixels(stream, name=image.name, max_pixels=settings.BLEMISH_MAX_PIXELS)
    histogram, written = raster_tiles.histogram(pixels), 0
    with ThreadPoolExecutor(_THREADS) as pool:
        for index, level in enumerate(raster_tiles.levels_of(image.width, image.height)):
            pixels = raster_tiles.halve(pixels) if index else pixels
            tiles = _tiles(pixels, level, f"{folder}/{index}")
            written += sum(pool.map(lambda tile: _store_tile(*tile), tiles))
    return {"tile_side": raster_tiles.TILE_SIDE, "histogram": histogram, "bytes": written}


def _tiles(pixels: np.ndarray, level: raster_tiles.Level, folder: str) -> Iterator[tuple[str, np.ndarray]]:
    for row in range(level.rows):
        for column in range(level.columns):
            yield f"{folder}/{column}-{row}.gz", raster_tiles.tile_of(pixels, column, row)


def _store_tile(name: str, pixels: np.ndarray) -> int:
    data = raster_tiles.pack(pixels)
    stored = default_storage.save(name, ContentFile(data))
    if stored != name:
        default_storage.delete(stored)
        raise OSError(f"{name} was there already; the tiles are cut again with the next try.")
    return len(data)
