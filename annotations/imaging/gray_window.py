"""The gray window of a project: native gray levels to the 8 bits that people and networks see."""

from functools import lru_cache

import numpy as np


def default_window(bit_depth: int) -> tuple[float, float]:
    """Return the window (low, high) that shows every level of this bit depth."""
    return 0.0, float(2**bit_depth - 1)


def apply_window(pixels: np.ndarray, *, low: float, high: float) -> np.ndarray:
    """Map native levels to uint8 of the same shape: `low` and below to 0, `high` and above to 255.

    Linear between, rounded half up. Eight bits through (0, 255) come back unchanged. Raises ValueError
    unless low < high and the pixels are uint8 or uint16.
    """
    if not low < high:
        raise ValueError(f"The gray window must have low < high; it is {low:g} to {high:g}.")
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f"The window maps uint8 or uint16; these pixels are {pixels.dtype}.")
    mapped: np.ndarray = _window_table(float(low), float(high), 1 << (8 * pixels.dtype.itemsize))[pixels]
    return mapped


@lru_cache(maxsize=16)
def _window_table(low: float, high: float, levels: int) -> np.ndarray:
    shares = (np.clip(np.arange(levels, dtype=np.float64), low, high) - low) * 255.0 / (high - low)
    table = np.floor(shares + 0.5).astype(np.uint8)
    table.setflags(write=False)
    return table
