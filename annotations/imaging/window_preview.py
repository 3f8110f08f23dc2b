"""A preview and a histogram of one image of a project, by which an engineer chooses the gray window."""

import io

import numpy as np
import PIL.Image
from django.conf import settings
from rest_framework.exceptions import NotFound

from annotations.imaging import decoding, gray_window
from annotations.models import Image, Project

BINS = 128
SIDE = 480


def histogram(project: Project) -> dict | None:
    """Return name, depth, highest, counts, least, most and likely of one image; None without one.

    `counts` has `BINS` equal steps from 0 to `highest`; `likely` is the window from the 0.5th to the 99.5th
    percentile.
    """
    try:
        name, pixels = _sample(project)
    except NotFound:
        return None
    highest = 2 ** (8 * pixels.dtype.itemsize) - 1
    counts, _ = np.histogram(pixels, bins=BINS, range=(0, highest + 1))
    low, high = np.percentile(pixels, (0.5, 99.5))
    return {
        "name": name,
        "depth": 8 * pixels.dtype.itemsize,
        "highest": highest,
        "counts": counts.tolist(),
        "least": int(pixels.min()),
        "most": int(pixels.max()),
        "likely": [float(np.floor(low)), float(max(np.floor(low) + 1, np.ceil(high)))],
    }


def preview(project: Project, *, low: float, high: float) -> bytes:
    """Return a PNG of the same image through the window `low` to `high`; raises NotFound without an image."""
    _, pixels = _sample(project)
    buffer = io.BytesIO()
    PIL.Image.fromarray(gray_window.apply_window(pixels, low=low, high=high)).save(
        buffer, "PNG", compress_level=1
    )
    return buffer.getvalue()


def _sample(project: Project) -> tuple[str, np.ndarray]:
    """Return the name and every n-th native pixel of the project's first image, at most `SIDE` a side."""
    image = Image.objects.present().filter(project=project).order_by("pk").first()
    if image is None:
        raise NotFound("The project has no image to show.")
    try:
        with image.file.open("rb") as stream:
            pixels = decoding.read_pixels(stream, name=image.name, max_pixels=settings.BLEMISH_MAX_PIXELS)
    except (OSError, decoding.UnreadableImage) as error:
        raise NotFound(f"{image.name} cannot be read.") from error
    step = max(1, -(-max(pixels.shape[:2]) // SIDE))
    return image.name, np.ascontiguousarray(pixels[::step, ::step])
