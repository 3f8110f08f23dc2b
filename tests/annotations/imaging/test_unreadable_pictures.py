"""A file that gives no pixels is refused with a sentence that names it."""

import contextlib
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotations.imaging.decoding import TooManyPixels, UnreadableImage, decode, read_pixels
from tests.annotations.imaging.pictures import COLORS, DEEP_COLORS, RAMP, STEPS, saved, tiff

NOISE = np.random.default_rng(1).integers(0, 256, (48, 64), dtype=np.uint8)


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Return one PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_size(width: int, height: int) -> bytes:
    """Return a few bytes that claim to be a gray PNG of this size: a decompression bomb's first line."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty"),
        (saved(NOISE)[:900], "is cut off or damaged"),
        (saved(NOISE, "JPEG")[:900], "is cut off or damaged"),
        (saved(NOISE, "BMP")[:900], "is cut off or damaged"),
        (tiff(NOISE)[:900], "is cut off or damaged"),
        (saved(NOISE)[:20], "is (not an image|cut off)"),
        (b"<?xml version='1.0'?><annotation/>", "is an XML file and not an image"),
        ("<annotation/>".encode("utf-16"), "is an XML file and not an image"),
        (b"GIF89a" + bytes(50), "is a GIF; Blemish takes PNG, JPEG, BMP and TIFF"),
        (saved(STEPS, "WEBP"), "is a WebP"),
        (b"PK\x03\x04" + bytes(50), "is a zip archive"),
        (b"just words", "is not an image that Blemish can read"),
        (tiff(np.full((4, 4), -5, np.int16)), "holds gray levels from -5 to -5"),
        (tiff(np.full((4, 4), 70000, np.uint32)), "holds gray levels from 70000 to 70000"),
        (tiff(np.full((4, 4), np.nan, np.float32)), "holds gray levels from nan"),
        (tiff(np.zeros((4, 4), np.complex64)), "holds samples of kind complex64"),
    ],
)
def test_what_is_no_whole_image_is_refused_by_name(data, sentence):
    with pytest.raises(UnreadableImage, match=rf"^part-7\.png: {sentence}"):
        read_pixels(data, name="part-7.png")


def test_a_flipped_bit_in_a_png_is_found():
    data = bytearray(saved(NOISE))
    data[len(data) // 2] ^= 1
    with pytest.raises(UnreadableImage, match="damaged"):
        read_pixels(bytes(data), name="x.png")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(20_000, 20_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(TooManyPixels, match=r"x\.png: has .* more than the limit of"):
        read_pixels(png_of_size(*size), name="x.png")


def test_the_pixel_limit_names_itself_and_the_way_out():
    with pytest.raises(
        TooManyPixels, match=r"64 × 48 pixels, more than the limit of 3,000 pixels; .*BLEMISH_MAX_PIXELS"
    ):
        read_pixels(saved(STEPS), max_pixels=3000)
    with pytest.raises(TooManyPixels):
        read_pixels(tiff(DEEP_COLORS, photometric="rgb"), max_pixels=3000)


WHOLE = [
    saved(STEPS),
    saved(COLORS, "JPEG"),
    saved(STEPS, "BMP"),
    tiff(RAMP, compression="zlib"),
    tiff(DEEP_COLORS, photometric="rgb", compression="lzw"),
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(WHOLE), st.data())
def test_damage_of_any_kind_gives_pixels_or_the_one_error(whole, data):
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(damaged) - 1) | st.integers(0, 300))
        damaged[min(place, len(damaged) - 1)] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnreadableImage):
        decoded = decode(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]), max_pixels=10**6)
        assert decoded.pixels.dtype in (np.uint8, np.uint16)
        assert decoded.pixels.ndim in (2, 3)
