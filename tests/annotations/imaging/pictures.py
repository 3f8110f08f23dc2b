"""Picture files of every kind that a factory hands over, made in code."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

RAMP = (np.arange(64 * 48, dtype=np.uint16) * 21).reshape(48, 64)
STEPS = (RAMP >> 8).astype(np.uint8)
COLORS = np.stack([STEPS, STEPS[::-1], STEPS[:, ::-1]], axis=-1)
DEEP_COLORS = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], axis=-1)


def saved(picture: np.ndarray | Image.Image, form: str = "PNG", **options) -> bytes:
    """Return PICTURE as a file written by Pillow."""
    buffer = io.BytesIO()
    (picture if isinstance(picture, Image.Image) else Image.fromarray(picture)).save(buffer, form, **options)
    return buffer.getvalue()


def tiff(pixels: np.ndarray, **options) -> bytes:
    """Return PIXELS as a file written by tifffile."""
    import tifffile

    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, **options)
    return buffer.getvalue()


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_size(width: int, height: int) -> bytes:
    """Return a few bytes that claim to be a gray PNG of this size: a decompression bomb's first line."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )
