"""The rule of `inference.detector.tiling` as a graph: an exported model cuts large frames by itself.

It differs in one point: pieces of one defect are not joined. A defect longer than a tile that no reduced size
sees whole comes as its pieces. `inference.detector.saved_detectors` runs the rule itself, and does join them.
"""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from inference.detector.tiling import (
    FILL,
    INSIDE,
    LEFT_TO_FINER,
    MARGIN,
    PIECE_INSIDE,
    PIECE_TRUST,
    SLIVER,
    Tiling,
)
from training.detector.nms import suppress

PER_TILE = 100
MOST = 1000  # boxes of a frame that are compared with each other

Predict = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def find_in_tiles(
    frame: tf.Tensor, predict: Predict, tiling: Tiling, *, most: int, iou: float, vote: float, score: float
):
    """Return boxes [n, 4] as ymin, xmin, ymax, xmax from 0 to 1, scores [n] and classes [n], best first.

    frame is uint8 [H, W, C]; predict turns uint8 [B, S, S, C] into scores [B, P, K] and boxes [B, P, 4] in
    pixels as xmin, ymin, xmax, ymax.
    """
    levels = []
    fits = tf.constant(False)
    for number in range(len(tiling.reductions)):
        level = _predict_level(frame, predict, tiling, number, iou, vote, score)
        # Beyond the size at which the frame fits into one tile nothing is predicted.
        level["scores"] = tf.where(fits, 0.0, level["scores"])
        shape = _reduced_shape(frame, tiling.reductions[number])
        fits = fits | (tf.reduce_max(shape) <= tiling.size)
        levels.append(level)
    found = {name: tf.concat([level[name] for level in levels], axis=0) for name in levels[0]}
    return _merge(found, frame, most=most, iou=iou)


def _reduced_shape(frame: tf.Tensor, reduction: float) -> tf.Tensor:
    shape = tf.cast(tf.shape(frame)[:2], tf.float32)
    return tf.cast(tf.maximum(tf.round(shape / reduction), 1.0), tf.int32)


def _place_along(length: tf.Tensor, tiling: Tiling) -> tf.Tensor:
    """Return where tiles begin along a side, int [n]; as `inference.detector.tiling.place_along`."""
    over = tf.maximum(length - tiling.size, 0)
    count = -(-over // (tiling.size - tiling.overlap)) + 1
    return tf.range(count) * over // tf.maximum(count - 1, 1)


def _predict_level(
    frame, predict: Predict, tiling: Tiling, number: int, iou: float, vote: float, score: float
) -> dict:
    """Predict all tiles of one reduction; boxes in pixels of the frame."""
    size = tiling.size
    shape = _reduced_shape(frame, tiling.reductions[number])
    reduced = frame
    if number:
        resized = tf.image.resize(frame, shape, antialias=True)
        reduced = tf.cast(tf.clip_by_value(tf.round(resized), 0.0, 255.0), tf.uint8)
    missing = tf.maximum(size - shape, 0)
    reduced = tf.pad(reduced, [[0, missing[0]], [0, missing[1]], [0, 0]], constant_values=FILL)
    rows, columns = _place_along(shape[0], tiling), _place_along(shape[1], tiling)

    def predict_row(y: tf.Tensor) -> tuple:
        strip = reduced[y : y + size]
        tiles = tf.map_fn(lambda x: strip[:, x : x + size], columns, fn_output_signature=tf.uint8)
        tiles = tf.ensure_shape(tiles, [None, size, size, frame.shape[-1]])
        scores, boxes = predict(tiles)
        found = suppress(scores, boxes, most=PER_TILE, iou=iou, vote=vote, least=score)
        return found.boxes, found.scores, found.classes

    boxes, scores, classes = tf.map_fn(predict_row, rows, fn_output_signature=(tf.float32,) * 3)
    corner = tf.stack(tf.meshgrid(columns, rows), axis=-1)  # [rows, columns, 2] as x, y
    low = tf.cast(tf.tile(corner, [1, 1, 2]), tf.float32)[:, :, None, :]
    extent = tf.cast(tf.stack([shape[1], shape[0]]), tf.float32)
    right = tf.minimum(low[..., :2] + size, extent)
    boxes = tf.clip_by_value(boxes + low, low, tf.tile(right, [1, 1, 1, 2]))
    return _describe(boxes, scores, classes, low[..., :2], right, extent, frame, tiling, number)


def _describe(boxes, scores, classes, low, right, extent, frame, tiling: Tiling, number: int) -> dict:
    """Return what was found in tiles as flat lists, with the facts that merging needs."""
    begins, ends = boxes[..., :2], boxes[..., 2:]
    cut = tf.concat(
        [(begins - low < MARGIN) & (low > 0.0), (right - ends < MARGIN) & (right < extent)], axis=-1
    )
    sides = ends - begins
    sliver = tf.reduce_any(cut & (tf.tile(sides, [1, 1, 1, 2]) < SLIVER), axis=-1)
    scale = tf.cast(tf.reverse(tf.shape(frame)[:2], [0]), tf.float32) / extent
    boxes = boxes * tf.tile(scale, [2])
    longer = tf.reduce_max(boxes[..., 2:] - boxes[..., :2], axis=-1)
    least = LEFT_TO_FINER * tiling.longest * tiling.reductions[number - 1] if number else 0.0
    scores = tf.where(sliver | (longer < least), 0.0, scores)
    count = tf.shape(boxes)[0] * tf.shape(boxes)[1]
    tiles = tf.repeat(tf.range(count), tf.shape(boxes)[2]) + number * 1_000_000
    return {
        "boxes": tf.reshape(boxes, [-1, 4]),
        "scores": tf.reshape(scores, [-1]),
        "classes": tf.reshape(classes, [-1]),
        "pieces": tf.reshape(tf.reduce_any(cut, axis=-1), [-1]),
        "tiles": tiles,
    }


def _merge(found: dict, frame: tf.Tensor, *, most: int, iou: float):
    """Take out what is doubled, going through the boxes of a type best first."""
    rank = found["scores"] * tf.where(found["pieces"], PIECE_TRUST, 1.0)
    order = tf.math.top_k(rank, k=tf.minimum(MOST, tf.size(rank))).indices
    found = {name: tf.gather(values, order) for name, values in found.items()}
    out = _find_doubled(found, iou)
    count = tf.size(order)

    def step(i: tf.Tensor, alive: tf.Tensor) -> tuple:
        later = tf.range(count) > i
        return i + 1, alive & ~(alive[i] & out[i] & later)

    _, alive = tf.while_loop(
        lambda i, _: i < count, step, (tf.constant(0), found["scores"] > 0.0), maximum_iterations=MOST
    )
    scores = tf.where(alive, found["scores"], 0.0)
    best = tf.math.top_k(scores, k=tf.minimum(most, count))
    kept = tf.boolean_mask(best.indices, best.values > 0.0)
    height, width = (tf.cast(side, tf.float32) for side in tf.unstack(tf.shape(frame)[:2]))
    boxes = tf.gather(found["boxes"], kept)[:, :] / tf.stack([width, height, width, height])
    return tf.gather(boxes, [1, 0, 3, 2], axis=-1), tf.gather(scores, kept), tf.gather(found["classes"], kept)


def _find_doubled(found: dict, iou: float) -> tf.Tensor:
    """Say for each two boxes whether the better one takes the other out, bool [n, n]."""
    a, b = found["boxes"][:, None], found["boxes"][None]
    common = tf.reduce_prod(
        tf.maximum(tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2]), 0.0), axis=-1
    )
    area = tf.reduce_prod(tf.maximum(found["boxes"][:, 2:] - found["boxes"][:, :2], 0.0), axis=-1)
    union = common / tf.maximum(area[:, None] + area[None] - common, 1e-9)
    inside = common / tf.maximum(tf.minimum(area[:, None], area[None]), 1e-9)
    pieces, tiles, classes = found["pieces"], found["tiles"], found["classes"]
    least = tf.where(pieces[:, None] | pieces[None], PIECE_INSIDE, INSIDE)
    doubled = (union > iou) | ((inside >= least) & (tiles[:, None] != tiles[None]))
    return doubled & (classes[:, None] == classes[None])
