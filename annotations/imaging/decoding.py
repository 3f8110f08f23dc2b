"""Decode an image file into its native gray levels, or colors, of 8 or 16 bits.

The samples are taken as they are stored: an EXIF orientation is not applied (boxes are pixels of the stored
raster), color profiles and gamma are ignored, alpha is dropped without blending, the first page of a TIFF
counts. Levels stay 8 or 16 bit. A picture whose three color planes are equal is gray.

Pillow alone is not enough: `convert("L")` clips 16 bits at 255, and 16-bit color is cut to 8 bits without a
word. So 16-bit color PNG goes through imagecodecs, and every unusual TIFF through tifffile.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile

DEFAULT_MAX_PIXELS = 200_000_000
FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
# Above so many pixels Pillow needs too much memory: it holds up to three copies of an image.
_LARGE = 16_000_000
# What decoders raise on damaged bytes; any other exception is a fault of this code and is not caught.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_TOO_MANY = "has {} more than the limit of {:,} pixels; cut it into parts or raise BLEMISH_MAX_PIXELS"
_OTHER_FORMATS = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"8BPS", "a Photoshop file"),
    (b"\x00\x00\x00\x0cjP", "a JPEG 2000 file"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 file"),
)


class UnreadableImage(ValueError):
    """A file that gives no pixels; the sentence names the file and the way out."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")


class TooManyPixels(UnreadableImage):
    """An image larger than the limit; it was not unpacked."""


@dataclass(frozen=True)
class Decoded:
    """Pixels of a file, uint8 or uint16, [H, W] or [H, W, 3], and the format that they came in."""

    pixels: np.ndarray
    format: str

    @property
    def channels(self) -> int:
        """Return 1 for gray, 3 for color."""
        return 1 if self.pixels.ndim == 2 else 3

    @property
    def bit_depth(self) -> int:
        """Return 8 or 16."""
        return self.pixels.dtype.itemsize * 8


def read_pixels(
    source: str | PathLike[str] | bytes | IO[bytes], *, name: str = "", max_pixels: int = DEFAULT_MAX_PIXELS
) -> np.ndarray:
    """Return the native levels of an image file: uint8 or uint16, [H, W] or [H, W, 3].

    Raises UnreadableImage, which names the file (`name`, or its path).
    """
    return decode(source, name=name, max_pixels=max_pixels).pixels


def decode(
    source: str | PathLike[str] | bytes | IO[bytes], *, name: str = "", max_pixels: int = DEFAULT_MAX_PIXELS
) -> Decoded:
    """Read an image file whole: check it, unpack it, and return its format.

    Raises UnreadableImage for anything but a whole PNG, JPEG, BMP or TIFF of at most `max_pixels` pixels.
    """
    if isinstance(source, str | PathLike):
        with Path(source).open("rb") as file:
            return decode(file, name=name or str(source), max_pixels=max_pixels)
    stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    name = name or str(getattr(source, "name", "") or "image")
    start = stream.read(64)
    if reason := _why_unreadable(start):
        raise UnreadableImage(name, reason)
    try:
        array, form = _unpack(stream, name=name, max_pixels=max_pixels)
    except UnreadableImage:
        raise
    except UnidentifiedImageError as error:
        raise UnreadableImage(
            name, "is not an image that Blemish can read; it takes PNG, JPEG, BMP and TIFF"
        ) from error
    except Image.DecompressionBombError as error:
        raise TooManyPixels(name, _TOO_MANY.format("far", max_pixels)) from error
    except MemoryError as error:
        raise UnreadableImage(name, "does not fit into this machine's memory") from error
    except _DAMAGE as error:
        raise UnreadableImage(
            name, f"is cut off or damaged ({error}); copy it again from its source"
        ) from error
    return Decoded(np.ascontiguousarray(_one_plane(_levels(array, name))), form)


def _why_unreadable(start: bytes) -> str:
    """Return why a file that begins with `start` cannot be decoded, or an empty text."""
    text = start.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        return "is empty; copy it again from its source"
    if text.startswith((b"<?xml", b"<annotation")):
        return "is an XML file and not an image; put it beside its image and import the folder"
    if text.startswith((b"<svg", b"<!DOCTYPE", b"<html")):
        return "is a text document and not an image"
    formats = [words for magic, words in _OTHER_FORMATS if start.startswith(magic)]
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        formats.append("a WebP")
    if start[4:8] == b"ftyp":
        formats.append("a HEIC, AVIF or video file")
    return f"is {formats[0]}; Blemish takes PNG, JPEG, BMP and TIFF: save it as PNG" if formats else ""


def _check_size(width: int, height: int, *, name: str, max_pixels: int) -> None:
    if width < 1 or height < 1:
        raise UnreadableImage(name, f"has no pixels ({width} × {height})")
    if width * height > max_pixels:
        raise TooManyPixels(name, _TOO_MANY.format(f"{width:,} × {height:,} pixels,", max_pixels))


def _unpack(stream: IO[bytes], *, name: str, max_pixels: int) -> tuple[np.ndarray, str]:
    stream.seek(0)
    try:
        picture = Image.open(stream, formats=FORMATS)
    except UnidentifiedImageError:
        stream.seek(0)
        if stream.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
            return _tiff_pixels(stream, name=name, max_pixels=max_pixels), "TIFF"
        raise
    with picture:
        _check_size(*picture.size, name=name, max_pixels=max_pixels)
        form = "JPEG" if picture.format == "MPO" else picture.format or ""
        large = picture.width * picture.height > _LARGE
        if isinstance(picture, TiffImageFile) and (
            not _plain_tiff(picture) or (large and _flat_tiff(picture))
        ):
            return _tiff_pixels(stream, name=name, max_pixels=max_pixels), form
        if form == "PNG":
            picture.verify()
            stream.seek(0)
            header = stream.read(26)
            if _deep_color_png(header) or (large and _flat_png(header)):
                return _deep_png_pixels(stream), form
            stream.seek(0)
            picture = Image.open(stream, formats=("PNG",))
        return _picture_pixels(picture), form


def _picture_pixels(picture: Image.Image) -> np.ndarray:
    if picture.mode in ("L", "RGB", "I", "F") or picture.mode.startswith("I;16"):
        return np.asarray(picture)
    if picture.mode == "1":
        return np.asarray(picture).astype(np.uint8) * 255
    if picture.mode in ("LA", "La"):
        return np.asarray(picture)[..., 0]
    if picture.mode in ("P", "PA"):
        return np.asarray(picture.convert("RGBA"))[..., :3]
    if picture.mode == "RGBA":
        return np.asarray(picture)[..., :3]
    return np.asarray(picture.convert("RGB"))


def _deep_color_png(header: bytes) -> bool:
    """Return whether it is 16-bit color or gray with alpha, which Pillow cuts to 8 bits (PNG 1.2, IHDR)."""
    return header[24] == 16 and header[25] != 0


def _deep_png_pixels(stream: IO[bytes]) -> np.ndarray:
    import imagecodecs  # a large library that few pictures need

    stream.seek(0)
    array = imagecodecs.png_decode(stream.read())
    if array.ndim == 2:
        return array
    return array[..., 0] if array.shape[-1] == 2 else array[..., :3]


def _flat_png(header: bytes) -> bool:
    """Return whether it is gray or color of 8 or 16 bits without a palette or alpha."""
    return header[24] in (8, 16) and header[25] in (0, 2)


def _plain_tiff(picture: TiffImageFile) -> bool:
    """Return whether Pillow reads this TIFF whole: up to 8 bits a sample, or 16-bit gray with black = 0."""
    bits, photometric = picture.tag_v2.get(258, (1,)), picture.tag_v2.get(262, 1)
    unsigned = set(picture.tag_v2.get(339, (1,))) == {1}
    return unsigned and (max(bits) <= 8 or (tuple(bits) in ((12,), (16,)) and photometric == 1))


def _flat_tiff(picture: TiffImageFile) -> bool:
    """Return whether it is gray (black = 0) or color of 8 or 16 bits, which tifffile reads as Pillow does."""
    bits, photometric = picture.tag_v2.get(258, (1,)), picture.tag_v2.get(262, 1)
    return set(bits) in ({8}, {16}) and photometric in (1, 2)


def _tiff_pixels(stream: IO[bytes], *, name: str, max_pixels: int) -> np.ndarray:
    import tifffile  # a large library that few pictures need

    stream.seek(0)
    with tifffile.TiffFile(stream) as tiff:
        page = tiff.pages.first
        _check_size(page.imagewidth, page.imagelength, name=name, max_pixels=max_pixels)
        if page.imagedepth != 1:
            raise UnreadableImage(name, "holds a volume; save the one slice that is to be labeled")
        array = page.asarray()
        if page.axes.startswith("S"):
            array = np.moveaxis(array, 0, -1)
        if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE and array.dtype.kind in "bu":
            array = ~array
        if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
            return np.moveaxis(np.asarray(page.colormap)[:, array], 0, -1)
    if array.ndim == 3:
        return array[..., :3] if array.shape[-1] >= 3 else array[..., 0]
    return array


def _levels(array: np.ndarray, name: str) -> np.ndarray:
    """Convert samples of any type to uint8 or uint16.

    Integers must be in 0..65535. Floats from 0 to 1 are shares of full scale and become 16 bits; larger
    ones are counts and are rounded.
    """
    if array.size == 0:
        raise UnreadableImage(name, "is cut off or damaged (no pixels); copy it again from its source")
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype in (np.uint8, np.uint16):
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.kind not in "iuf":
        raise UnreadableImage(name, f"holds samples of kind {array.dtype}; save it with 8 or 16 bits")
    low, high = float(array.min()), float(array.max())
    if not (low >= 0 and high <= 65535):
        raise UnreadableImage(
            name,
            f"holds gray levels from {low:g} to {high:g}; Blemish keeps 0 to 65535: save it with 16 bits",
        )
    if array.dtype.kind == "f":
        array = np.floor(array.astype(np.float64) * (65535.0 if high <= 1 else 1.0) + 0.5)
    return array.astype(np.uint16)


def _one_plane(array: np.ndarray) -> np.ndarray:
    if array.ndim == 3 and all(np.array_equal(array[..., 0], array[..., plane]) for plane in (1, 2)):
        return array[..., 0]
    return array
