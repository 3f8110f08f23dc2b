"""Every pixel of an image lies in exactly one tile of each level, and its native level arrives as it was."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.imaging import raster_tiles
from tests.annotations.imaging.pictures import COLORS, DEEP_COLORS, RAMP, STEPS, unpacked

sizes = st.integers(1, 90)


@given(width=sizes, height=sizes, side=st.integers(1, 32))
def test_every_pixel_lies_in_one_tile_of_each_level(width, height, side):
    levels = raster_tiles.levels_of(width, height, side=side)
    assert (levels[0].width, levels[0].height) == (width, height)
    assert (levels[-1].columns, levels[-1].rows) == (1, 1)
    for level in levels:
        covered = np.zeros((level.height, level.width), int)
        for row in range(level.rows):
            for column in range(level.columns):
                tile = raster_tiles.tile_of(covered, column, row, side=side)
                assert tile.size > 0
                assert level.holds(column, row)
                tile += 1
        assert (covered == 1).all()
        assert not level.holds(level.columns, 0)
        assert not level.holds(0, -1)


@given(width=sizes, height=sizes, side=st.integers(1, 32))
def test_each_level_is_half_of_the_one_before(width, height, side):
    levels = raster_tiles.levels_of(width, height, side=side)
    pixels = np.zeros((height, width), np.uint16)
    for level in levels:
        assert pixels.shape == (level.height, level.width)
        pixels = raster_tiles.halve(pixels)


@given(width=sizes, height=sizes, level=st.integers(0, 65535))
def test_a_flat_image_stays_flat_at_every_size(width, height, level):
    half = raster_tiles.halve(np.full((height, width), level, np.uint16))
    assert (half == level).all()


def test_half_is_the_mean_rounded_half_up_and_never_wraps():
    pixels = np.array([[65535, 65535, 1], [65535, 65534, 2], [10, 11, 7]], np.uint16)
    np.testing.assert_array_equal(raster_tiles.halve(pixels), [[65535, 2], [11, 7]])


def test_a_tall_image_is_halved_in_bands_without_a_seam(monkeypatch):
    whole = raster_tiles.halve(RAMP)
    monkeypatch.setattr(raster_tiles, "_BAND", 10)
    np.testing.assert_array_equal(raster_tiles.halve(RAMP), whole)


@pytest.mark.parametrize("pixels", [STEPS, RAMP, COLORS, DEEP_COLORS, RAMP[3:8, 5:6]])
def test_packed_levels_come_back_exactly(pixels):
    depth = pixels.dtype.itemsize * 8
    back = unpacked(raster_tiles.pack(pixels), shape=pixels.shape, bit_depth=depth)
    np.testing.assert_array_equal(back, pixels)
    assert back.dtype == pixels.dtype


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=50), st.sampled_from([np.uint8, np.uint16]))
def test_the_histogram_counts_every_sample_once(levels, dtype):
    pixels = np.array([levels], np.uint16).astype(dtype)
    told = raster_tiles.histogram(pixels)
    assert sum(told["counts"]) == pixels.size
    assert len(told["counts"]) <= raster_tiles.HISTOGRAM_BINS
    assert (told["low"], told["high"]) == (pixels.min(), pixels.max())
    for index, count in enumerate(told["counts"]):
        low = told["low"] + index * told["step"]
        assert count == ((pixels >= low) & (pixels < low + told["step"])).sum()
