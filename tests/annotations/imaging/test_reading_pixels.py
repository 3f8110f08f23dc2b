"""Every kind of picture gives its native levels, 8 or 16 bit, and nothing is clipped on the way."""

import io

import numpy as np
import pytest
from PIL import Image

from annotations.imaging import decoding
from annotations.imaging.decoding import decode, read_pixels
from tests.annotations.imaging.pictures import COLORS, DEEP_COLORS, RAMP, STEPS, saved, tiff

KINDS = {
    "gray png": (saved(STEPS), STEPS),
    "gray bmp": (saved(STEPS, "BMP"), STEPS),
    "gray tiff": (saved(STEPS, "TIFF"), STEPS),
    "color png": (saved(COLORS), COLORS),
    "color bmp": (saved(COLORS, "BMP"), COLORS),
    "16 bit png": (saved(RAMP), RAMP),
    "16 bit tiff": (saved(RAMP, "TIFF"), RAMP),
    "big endian tiff": (tiff(RAMP, byteorder=">"), RAMP),
    "zlib tiff": (tiff(RAMP, compression="zlib"), RAMP),
    "lzw tiff": (tiff(RAMP, compression="lzw", predictor=True), RAMP),
    "white is zero": (tiff(RAMP, photometric="miniswhite"), 65535 - RAMP),
    "16 bit color tiff": (tiff(DEEP_COLORS, photometric="rgb"), DEEP_COLORS),
    "planar tiff": (
        tiff(np.moveaxis(DEEP_COLORS, -1, 0), photometric="rgb", planarconfig="separate"),
        DEEP_COLORS,
    ),
    "jpeg2000 tiff": (tiff(STEPS, compression="jpeg2000"), STEPS),
    "signed tiff": (tiff((RAMP // 2).astype(np.int16)), RAMP // 2),
    "32 bit tiff": (tiff(RAMP.astype(np.uint32)), RAMP),
    "float counts": (tiff(RAMP.astype(np.float32)), RAMP),
    "float shares": (tiff((RAMP / 65535).astype(np.float64)), RAMP),
    "two pages": (tiff(np.stack([RAMP, RAMP + 1])), RAMP),
    "gray alpha": (saved(Image.fromarray(STEPS).convert("LA")), STEPS),
    "color alpha": (saved(np.dstack([COLORS, 255 - STEPS])), COLORS),
    "one bit": (saved(Image.fromarray(STEPS > 100)), np.where(STEPS > 100, 255, 0)),
    "palette": (saved(Image.fromarray(STEPS).convert("P")), STEPS),
    "three equal planes": (saved(np.stack([STEPS] * 3, axis=-1)), STEPS),
}


@pytest.mark.parametrize(("data", "expected"), KINDS.values(), ids=KINDS.keys())
def test_native_levels_are_read_exactly(data, expected):
    pixels = read_pixels(data)
    assert pixels.dtype in (np.uint8, np.uint16)
    assert pixels.dtype.isnative
    np.testing.assert_array_equal(pixels, expected)


def test_16_bit_color_png_keeps_all_its_bits():
    imagecodecs = pytest.importorskip("imagecodecs")
    np.testing.assert_array_equal(read_pixels(imagecodecs.png_encode(DEEP_COLORS)), DEEP_COLORS)
    with_alpha = np.stack([RAMP, RAMP[::-1]], axis=-1)
    np.testing.assert_array_equal(read_pixels(imagecodecs.png_encode(with_alpha)), RAMP)


def test_a_gray_jpeg_is_gray_however_it_was_stored():
    gray = Image.fromarray(STEPS)
    for picture in (gray, gray.convert("RGB")):
        decoded = decode(saved(picture, "JPEG", quality=95))
        assert (decoded.format, decoded.channels, decoded.bit_depth) == ("JPEG", 1, 8)


def test_an_exif_orientation_does_not_turn_the_stored_raster():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read_pixels(saved(STEPS, "JPEG", exif=exif.tobytes())).shape == STEPS.shape


def test_a_path_and_an_open_file_are_read_alike(tmp_path):
    path = tmp_path / "käfer.one.png"
    path.write_bytes(saved(RAMP))
    with path.open("rb") as stream:
        np.testing.assert_array_equal(read_pixels(path), read_pixels(stream))
    np.testing.assert_array_equal(read_pixels(io.BytesIO(path.read_bytes())), RAMP)


LARGE_KINDS = [
    "16 bit png",
    "color png",
    "gray tiff",
    "big endian tiff",
    "lzw tiff",
    "16 bit color tiff",
    "white is zero",
]


@pytest.mark.parametrize("kind", LARGE_KINDS)
def test_large_files_take_another_way_to_the_same_levels(kind, monkeypatch):
    monkeypatch.setattr(decoding, "_LARGE", 0)
    data, expected = KINDS[kind]
    np.testing.assert_array_equal(read_pixels(data), expected)
