"""Which points learn which box: task-aligned assignment (Feng et al., TOOD, 2021).

A point that scores the right class high and already boxes the defect well is the one to learn it.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from training.detector.config import STRIDES, DetectorConfig

PADDING = -1  # class of a row that only fills the tensor up
IGNORED = -2  # class of a box where a detection is neither right nor wrong
MANY_BOXES = 128  # above it images are assigned one by one, so that memory does not grow with the batch
NEARNESS = 1e-9  # breaks ties towards the box's middle, so that every box has a point from the first step on
TINY = 1e-12


class Assignment(NamedTuple):
    targets: tf.Tensor  # [B, P, classes], 0 or the quality of the point in 0..1
    boxes: tf.Tensor  # [B, P, 4], the box of each positive point
    weights: tf.Tensor  # [B, P], the quality; 0 for points without a box
    counted: tf.Tensor  # [B, P], 0 where the classification loss must not look


def assign(
    scores: tf.Tensor,
    predicted: tf.Tensor,
    points: tf.Tensor,
    boxes: tf.Tensor,
    classes: tf.Tensor,
    *,
    config: DetectorConfig,
) -> Assignment:
    """Assign boxes [B, M, 4] of classes [B, M] to points [P, 2].

    scores [B, P, K] and predicted [B, P, 4] are what the network says at the moment.
    Rows of class PADDING count for nothing; inside a box of class IGNORED no point is a negative.
    """
    if boxes.shape[1] is not None and boxes.shape[1] > MANY_BOXES and scores.shape[0] != 1:

        def assign_one(image: tuple) -> Assignment:
            scores, predicted, boxes, classes = (tf.expand_dims(part, 0) for part in image)
            one = _assign(scores, predicted, points, boxes, classes, config)
            return Assignment(*(part[0] for part in one))

        return tf.map_fn(
            assign_one,
            (scores, predicted, boxes, classes),
            fn_output_signature=Assignment(tf.float32, tf.float32, tf.float32, tf.float32),
        )
    return _assign(scores, predicted, points, boxes, classes, config)


def _assign(scores, predicted, points, boxes, classes, config: DetectorConfig) -> Assignment:
    count = tf.shape(scores)[-1]
    real = tf.cast(classes >= 0, tf.float32)[..., None]  # [B, M, 1]
    inside, nearness = locate(points, boxes)  # [B, M, P]
    iou = overlap(boxes[:, :, None, :], predicted[:, None, :, :])
    score = tf.gather(tf.transpose(scores, [0, 2, 1]), tf.maximum(classes, 0), batch_dims=1)
    alignment = tf.pow(score, config.score_power) * tf.pow(iou, config.iou_power)
    alignment = (alignment + NEARNESS * nearness) * inside * real

    best = tf.math.top_k(alignment, k=min(config.assign_topk, points.shape[0])).values[..., -1:]
    chosen = tf.cast((alignment >= best) & (alignment > 0), tf.float32)
    # A point that several boxes want goes to the one that it overlaps most.
    wish = chosen * (iou + TINY)
    owner = tf.argmax(wish, axis=1, output_type=tf.int32)  # [B, P]
    chosen *= tf.transpose(tf.one_hot(owner, tf.shape(boxes)[1]), [0, 2, 1])

    strongest = tf.reduce_max(alignment * chosen, axis=2, keepdims=True)
    widest = tf.reduce_max(iou * chosen, axis=2, keepdims=True)
    quality = tf.reduce_max(chosen * alignment / (strongest + TINY) * widest, axis=1)  # [B, P]
    hit = tf.reduce_max(chosen, axis=1)
    owner_classes = tf.gather(classes, owner, batch_dims=1)
    targets = tf.one_hot(owner_classes, count) * quality[..., None]
    ignored = tf.cast(classes == IGNORED, tf.float32)[..., None]
    counted = tf.maximum(1.0 - tf.reduce_max(inside * ignored, axis=1), hit)
    return Assignment(targets, tf.gather(boxes, owner, batch_dims=1), quality * hit, counted)


def locate(points: tf.Tensor, boxes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Say for points [P, 2] and boxes [B, M, 4] which are inside and how near the middle; float [B, M, P].

    A box smaller than the finest stride is grown to it around its middle, so that it always holds a point.
    """
    middle = (boxes[..., :2] + boxes[..., 2:]) / 2
    half = tf.maximum((boxes[..., 2:] - boxes[..., :2]) / 2, STRIDES[0] / 2)
    away = tf.abs(points[None, None] - middle[:, :, None]) / half[:, :, None]  # [B, M, P, 2]
    farthest = tf.reduce_max(away, axis=-1)
    return tf.cast(farthest <= 1.0, tf.float32), tf.maximum(1.0 - farthest, 0.0) + 0.01


def overlap(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Return the intersection over union of boxes [..., 4] and [..., 4], broadcast."""
    corner = tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2])
    corner = tf.maximum(corner, 0.0)
    common = corner[..., 0] * corner[..., 1]
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return common / (area_a + area_b - common + 1e-7)
