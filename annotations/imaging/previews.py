"""What a browser shows of an original: a view and a thumbnail, 8 bits through the project's gray window.

States of a view: pending -> rendering -> ready | failed. A worker claims the row with the time of the claim
and writes the outcome only while the claim holds, so that a changed window or a second worker cannot mix
results.
"""

from __future__ import annotations

import contextlib
import io
import logging
import secrets
from collections.abc import Iterable

import numpy as np
import PIL.Image
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from annotations import jobs
from annotations.errors import StorageFull
from annotations.imaging import decoding, gray_window
from annotations.models import Image, ViewState

logger = logging.getLogger(__name__)

# The Celery task that makes previews and tiles, by name: the module of tasks stands above this one.
RENDER_VIEWS = "annotations.tasks.render_views"
CLAIMS = jobs.TimedClaim(
    pending=ViewState.PENDING,
    running=ViewState.RENDERING,
    state="view_state",
    claimed_at="view_claimed_at",
)

THUMBNAIL_SIDE = 320
# Larger originals are shown reduced; browsers have no larger canvas.
VIEW_SIDE = 4096


def view_png(pixels: np.ndarray, *, low: float, high: float) -> bytes:
    """Return the browser view of native `pixels` as a lossless PNG, at most `VIEW_SIDE` pixels a side."""
    return _encoded(_windowed(pixels, low=low, high=high, side=VIEW_SIDE), "PNG", compress_level=3)


def thumbnail_jpeg(pixels: np.ndarray, *, low: float, high: float) -> bytes:
    """Return the gallery's picture of native `pixels` as a JPEG, at most `THUMBNAIL_SIDE` pixels a side."""
    picture = _windowed(pixels, low=low, high=high, side=THUMBNAIL_SIDE)
    return _encoded(picture, "JPEG", quality=85, optimize=True)


def request_views(image_ids: Iterable[int]) -> bool:
    """Enqueue the views and tiles of these images; return whether the broker could be reached.

    Without a broker the images stay pending, and the next sweep makes their views.
    """
    return all(jobs.enqueue(RENDER_VIEWS, image_id) for image_id in image_ids)


def renew(images: QuerySet) -> int:
    """Set the views of `images` back to pending; a worker that renders one loses its claim."""
    return CLAIMS.reset(images.exclude(view_state=ViewState.PENDING))


def render(image_id: int) -> bool:
    """Make the view and the thumbnail of one image; return whether this call did it.

    False when the image is not pending (another worker has it, or it is done), was deleted, or lost its
    claim to a changed window. A file that cannot be read or a full disk ends in the state `failed` with a
    sentence.
    """
    mine = CLAIMS.claim(Image.objects.present(), image_id)
    if mine is None:
        return False
    image = Image.objects.select_related("project").get(pk=image_id)
    try:
        names = _store(image)
    except (decoding.UnreadableImage, StorageFull, OSError) as error:
        logger.warning("No view of %s: %s", image.name, error)
        mine.update(view_state=ViewState.FAILED, view_error=str(error))
        return False
    outcome = {"view": names[0], "thumbnail": names[1], "view_state": ViewState.READY, "view_error": ""}
    if mine.update(**outcome) != 1:
        _discard(*names)
        return False
    _discard(image.view.name or "", image.thumbnail.name or "")
    return True


def give_up_stalled() -> int:
    """Set the images whose worker died back to pending; return how many."""
    return CLAIMS.reset(CLAIMS.stalled(Image.objects))


def pending_ids(limit: int) -> list[int]:
    """Return the images that wait for their view, oldest first."""
    waiting = Image.objects.present().filter(view_state=ViewState.PENDING)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:limit])


def _windowed(pixels: np.ndarray, *, low: float, high: float, side: int) -> PIL.Image.Image:
    picture = PIL.Image.fromarray(gray_window.apply_window(pixels, low=low, high=high))
    picture.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
    return picture


def _encoded(picture: PIL.Image.Image, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def _store(image: Image) -> tuple[str, str]:
    """Write the view and the thumbnail under names of their own; return (view, thumbnail)."""
    with image.file.open("rb") as stream:
        pixels = decoding.read_pixels(stream, name=image.name, max_pixels=settings.BLEMISH_MAX_PIXELS)
    low, high = image.project.window_low, image.project.window_high
    if low is None or high is None:
        low, high = gray_window.default_window(image.bit_depth)
    # A new name each time: a browser may keep what it loaded for ever.
    stem = f"{image.project_id}/{image.pk}-{secrets.token_hex(4)}"
    view = default_storage.save(f"views/{stem}.png", ContentFile(view_png(pixels, low=low, high=high)))
    try:
        data = thumbnail_jpeg(pixels, low=low, high=high)
        return view, default_storage.save(f"thumbnails/{stem}.jpg", ContentFile(data))
    except (StorageFull, OSError):
        _discard(view)
        raise


def _discard(*names: str) -> None:
    for name in filter(None, names):
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(name)
