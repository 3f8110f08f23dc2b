"""Image files of every format that Blemish reads, made in code, and the levels of a packed tile."""

import gzip
import io

import numpy as np
from PIL import Image

RAMP = (np.arange(64 * 48, dtype=np.uint16) * 21).reshape(48, 64)
STEPS = (RAMP >> 8).astype(np.uint8)
COLORS = np.stack([STEPS, STEPS[::-1], STEPS[:, ::-1]], axis=-1)
DEEP_COLORS = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)


def saved(picture: np.ndarray | Image.Image, form: str = "PNG", **options) -> bytes:
    """Return `picture` as a file written by Pillow."""
    buffer = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(buffer, form, **options)
    return buffer.getvalue()


def tiff(pixels: np.ndarray, **options) -> bytes:
    """Return `pixels` as a file written by tifffile."""
    import tifffile

    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def unpacked(data: bytes, *, shape: tuple[int, ...], bit_depth: int) -> np.ndarray:
    """Return the levels of a packed tile, as a browser reads them. Raises ValueError for another shape."""
    samples = np.frombuffer(gzip.decompress(data), np.uint8)
    if bit_depth == 8:
        return samples.reshape(shape)
    high, low = samples.reshape(2, *shape)
    return high.astype(np.uint16) << 8 | low
