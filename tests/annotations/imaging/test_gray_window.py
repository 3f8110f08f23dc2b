"""The project's gray window maps native levels to 8 bits exactly."""

import numpy as np
import pytest

from annotations.imaging.gray_window import apply_window, default_window


def test_a_16_bit_ramp_goes_through_the_window_exactly():
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    shown = apply_window(ramp, low=1000, high=1000 + 255 * 4)
    assert shown.dtype == np.uint8
    assert shown.shape == ramp.shape
    expected = np.clip((ramp.astype(int) - 1000 + 2) // 4, 0, 255)
    np.testing.assert_array_equal(shown, expected)


def test_the_whole_16_bit_ramp_uses_every_gray_evenly():
    ramp = np.arange(65536, dtype=np.uint16)
    counts = np.bincount(apply_window(ramp, low=0, high=65535), minlength=256)
    assert counts.min() >= 129 - 1
    assert set(counts[1:-1]) == {257}


def test_pillow_s_clipping_at_255_does_not_happen():
    pixels = np.array([[10, 300, 40000]], dtype=np.uint16)
    assert apply_window(pixels, low=0, high=65535).tolist() == [[0, 1, 156]]


def test_eight_bits_through_the_full_window_are_unchanged():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(apply_window(pixels, low=0, high=255), pixels)


def test_color_planes_are_mapped_alike():
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    shown = apply_window(pixels, low=0, high=51)
    np.testing.assert_array_equal(shown, pixels * 5)


@pytest.mark.parametrize(("low", "high"), [(5, 5), (9, 3), (float("nan"), 5)])
def test_a_window_without_width_is_refused(low, high):
    with pytest.raises(ValueError, match="low < high"):
        apply_window(np.zeros((2, 2), np.uint8), low=low, high=high)


def test_only_native_levels_are_mapped():
    with pytest.raises(ValueError, match="uint8 or uint16"):
        apply_window(np.zeros((2, 2), np.float32), low=0, high=1)


def test_the_default_window_shows_every_level():
    assert [default_window(depth) for depth in (8, 16)] == [(0, 255), (0, 65535)]
