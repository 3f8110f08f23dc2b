"""Varying the training images: flips, scale, shift, gray levels. NumPy and Pillow only.

All geometry of an image is one affine matrix, so the pixels are interpolated once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from inference.detector.saved_detectors import match_channels
from inference.detector.tiling import Tiling, reduce_frame, reduced_shape
from training.detector.assignment import IGNORED
from training.detector.config import DetectorConfig
from training.detector.data.tile_sampling import is_left_to_others
from training.detector.network import GRAY_MIDDLE

VISIBLE_SHARE = 0.25  # a box of which less than this is left on the canvas is no longer that defect
VISIBLE_PIXELS = 2.0


@dataclass(frozen=True, eq=False)
class Picture:
    """An image: uint8 [h, w, C], boxes float [n, 4] in its pixels, classes int [n].

    window is the part that an example shows, xmin, ymin, xmax, ymax, where it is not the whole: a tile.
    """

    pixels: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray
    window: tuple[float, float, float, float] | None = None

    @property
    def shown(self) -> tuple[float, float, float, float]:
        """Return the window, or the whole image."""
        return self.window or (0.0, 0.0, float(self.pixels.shape[1]), float(self.pixels.shape[0]))


def augment(pictures: list[Picture], rng: np.random.Generator, config: DetectorConfig) -> Picture:
    """Make one varied picture of input size out of one picture, or a mosaic out of four."""
    size = config.input_size
    if len(pictures) == 1:
        pixels, boxes, classes = warp(pictures[0], draw_matrix(pictures[0], rng, config), (size, size))
    else:
        pixels, boxes, classes = _tile(pictures, rng, config)
    return Picture(vary_gray(pixels, rng, config), boxes, classes)


def letterbox(picture: Picture, size: int) -> Picture:
    """Place a picture as prediction does: scaled into the upper left corner, neither varied nor flipped."""
    left, top, right, low = picture.shown
    scale = size / max(right - left, low - top)
    matrix = np.array([[scale, 0.0, -scale * left], [0.0, scale, -scale * top]])
    return Picture(*warp(picture, matrix, (size, size)))


def draw_matrix(picture: Picture, rng: np.random.Generator, config: DetectorConfig) -> np.ndarray:
    """Draw a random affine matrix [2, 3] from the picture's pixels to the canvas's."""
    left, top, right, low = picture.shown
    extent = np.array([right - left, low - top])
    fit = config.input_size / extent.max()
    flip_x = -1.0 if config.flip_horizontal and rng.random() < 0.5 else 1.0
    flip_y = -1.0 if config.flip_vertical and rng.random() < 0.5 else 1.0
    stretch = 1.0
    if rng.random() < config.no_warp_share:
        # As prediction places it: from the corner on.
        scale, target = fit, fit * extent / 2
    else:
        scale = fit * np.exp(rng.uniform(np.log(config.scale_min), np.log(config.scale_max)))
        target = (0.5 + rng.uniform(-config.shift, config.shift, 2)) * config.input_size
        stretch = np.exp(rng.uniform(-1, 1) * np.log1p(config.stretch))
    linear = scale * np.diag([flip_x * stretch, flip_y / stretch])
    if config.rotate90 and rng.random() < 0.5:
        linear, target = linear[::-1], target[::-1]
    return np.column_stack([linear, target - linear @ (np.array([left, top]) + extent / 2)])


def warp(
    picture: Picture, matrix: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw the picture through the matrix onto a canvas of (width, height): its pixels, boxes and classes."""
    inverse = np.linalg.inv(np.vstack([matrix, [0.0, 0.0, 1.0]]))[:2]
    source, corner = _cut_source(picture, inverse, shape)
    inverse[:, 2] -= corner
    gray = picture.pixels.shape[-1] == 1
    image = Image.fromarray(source[..., 0] if gray else source)
    fill = GRAY_MIDDLE if gray else (GRAY_MIDDLE,) * 3
    image = image.transform(
        shape, Image.Transform.AFFINE, tuple(inverse.ravel()), Image.Resampling.BILINEAR, fillcolor=fill
    )
    pixels = np.asarray(image)
    boxes, kept = move_boxes(picture.boxes, matrix, shape, tiled=picture.window is not None)
    classes = picture.classes
    if picture.window is not None:
        # What a tile shows of a defect that it cuts away is neither that defect nor bare ground.
        rest = ~kept & ((boxes[:, 2:] - boxes[:, :2]) > 0).all(axis=1)
        classes, kept = np.where(rest, IGNORED, classes).astype(np.int32), kept | rest
    return pixels[..., None] if gray else pixels, boxes[kept], classes[kept]


def _cut_source(
    picture: Picture, inverse: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, list[int]]:
    """Return the pixels that a canvas of (width, height) can show, and where they begin in the picture."""
    if picture.window is None:
        return picture.pixels, [0, 0]
    corners = inverse[:, :2] @ np.array([[0, shape[0], 0, shape[0]], [0, 0, shape[1], shape[1]]])
    corners += inverse[:, 2:]
    height, width = picture.pixels.shape[:2]
    low = np.clip(np.floor(corners.min(axis=1)).astype(int) - 2, 0, [width - 1, height - 1])
    high = np.clip(np.ceil(corners.max(axis=1)).astype(int) + 2, low + 1, [width, height])
    return picture.pixels[low[1] : high[1], low[0] : high[0]], low.tolist()


def move_boxes(
    boxes: np.ndarray, matrix: np.ndarray, shape: tuple[int, int], *, tiled: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Move boxes [n, 4] by the matrix, clip them to (width, height); say which are worth learning.

    On a tile a defect counts as seen by the share of what a tile could show of it at most.
    """
    corners = boxes.reshape(-1, 2, 2) @ matrix[:, :2].T + matrix[:, 2]
    moved = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    clipped = np.clip(moved, 0, np.array([*shape, *shape]))
    sides, whole = clipped[:, 2:] - clipped[:, :2], moved[:, 2:] - moved[:, :2]
    possible = np.minimum(whole, shape) if tiled else whole
    # A thin column was thin before: only what the canvas cut off counts against a box.
    seen = sides.prod(axis=1) >= VISIBLE_SHARE * possible.prod(axis=1)
    large = (sides >= np.minimum(VISIBLE_PIXELS, whole)).all(axis=1) & (sides > 0).all(axis=1)
    return clipped.astype(np.float32), seen & large


def vary_gray(pixels: np.ndarray, rng: np.random.Generator, config: DetectorConfig) -> np.ndarray:
    """Change contrast and brightness of uint8 pixels."""
    contrast = 1.0 + rng.uniform(-config.contrast, config.contrast)
    brightness = rng.uniform(-config.brightness, config.brightness) * 255
    table = (np.arange(256) - GRAY_MIDDLE) * contrast + GRAY_MIDDLE + brightness
    varied: np.ndarray = np.clip(np.rint(table), 0, 255).astype(np.uint8)[pixels]
    return varied


def _tile(
    pictures: Sequence[Picture], rng: np.random.Generator, config: DetectorConfig
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put four pictures around a random middle (mosaic; Bochkovskiy et al., YOLOv4, 2020)."""
    size = config.input_size
    canvas = np.full((size, size, config.channels), GRAY_MIDDLE, np.uint8)
    middle_x, middle_y = (int(v) for v in rng.uniform(0.35, 0.65, 2) * size)
    boxes, classes = [], []
    corners = [(0, 0, middle_x, middle_y), (middle_x, 0, size, middle_y)]
    corners += [(0, middle_y, middle_x, size), (middle_x, middle_y, size, size)]
    for picture, (left, top, right, bottom) in zip(pictures, corners, strict=True):
        matrix = draw_matrix(picture, rng, config)
        # The canvas's middle goes to the tile's middle.
        matrix[:, 2] += np.array([right - left, bottom - top]) / 2 - size / 2
        pixels, found, names = warp(picture, matrix, (right - left, bottom - top))
        canvas[top:bottom, left:right] = pixels
        boxes.append(found + np.array([left, top, left, top], np.float32))
        classes.append(names)
    return canvas, np.concatenate(boxes), np.concatenate(classes)


def fit_picture(
    pixels: np.ndarray, boxes: np.ndarray, classes: np.ndarray, difficult: np.ndarray, config: DetectorConfig
) -> Picture:
    """Shrink uint8 pixels [H, W] or [H, W, C] until the longer side is the input size; boxes go along.

    Smaller images stay as they are, so that varying them interpolates only once. Difficult boxes get the
    class IGNORED.
    """
    pixels = match_channels(pixels, config.channels)
    height, width = pixels.shape[:2]
    scale = min(1.0, config.input_size / max(height, width))
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    return _shrink(pixels, shape, boxes, np.where(difficult, IGNORED, classes))


def reduce_picture(
    pixels: np.ndarray,
    boxes: np.ndarray,
    classes: np.ndarray,
    difficult: np.ndarray,
    *,
    level: int,
    tiling: Tiling,
    channels: int,
) -> Picture:
    """Shrink a frame to a level of a tiling, of which windows are shown.

    Boxes that another level answers for get the class IGNORED, as difficult ones do.
    """
    pixels = match_channels(pixels, channels)
    height, width = pixels.shape[:2]
    shape = reduced_shape(height, width, tiling.reductions[level])
    left_out = difficult | is_left_to_others(boxes, level, tiling)
    return _shrink(pixels, shape, boxes, np.where(left_out, IGNORED, classes))


def _shrink(pixels: np.ndarray, shape: tuple[int, int], boxes: np.ndarray, classes: np.ndarray) -> Picture:
    height, width = pixels.shape[:2]
    stretch = np.array([shape[1] / width, shape[0] / height] * 2, np.float32)
    return Picture(reduce_frame(pixels, shape), boxes * stretch, classes.astype(np.int32))
