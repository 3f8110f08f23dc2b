"""What training minimizes: classification by quality and generalized IoU of the boxes."""

from __future__ import annotations

import tensorflow as tf

from training.detector.assignment import Assignment, assign, overlap
from training.detector.config import DetectorConfig
from training.detector.network import decode


def measure_losses(
    logits: tf.Tensor,
    distances: tf.Tensor,
    points: tf.Tensor,
    strides: tf.Tensor,
    boxes: tf.Tensor,
    classes: tf.Tensor,
    *,
    config: DetectorConfig,
) -> dict[str, tf.Tensor]:
    """Return the losses of a batch as scalars: total and its parts, class and box (already weighted).

    Both parts are sums over points divided by the sum of qualities; without any box the box loss is 0.
    """
    predicted = decode(distances, points, strides)
    assignment = Assignment(
        *(
            tf.stop_gradient(part)
            for part in assign(
                tf.stop_gradient(tf.sigmoid(logits)),
                tf.stop_gradient(predicted),
                points,
                boxes,
                classes,
                config=config,
            )
        )
    )
    # At least 1, or a batch without positives would divide by nothing.
    norm = tf.maximum(tf.reduce_sum(assignment.weights), 1.0)
    by_class = quality_loss(logits, assignment.targets, power=config.negative_power)
    class_loss = tf.reduce_sum(by_class * assignment.counted[..., None]) / norm
    apart = 1.0 - generalized_overlap(assignment.boxes, predicted)
    box_loss = config.box_weight * tf.reduce_sum(apart * assignment.weights) / norm
    return {"total": class_loss + box_loss, "class": class_loss, "box": box_loss}


def quality_loss(logits: tf.Tensor, targets: tf.Tensor, *, power: float) -> tf.Tensor:
    """Return the binary cross-entropy against soft targets, where negatives weigh score^power.

    After the varifocal loss (Zhang et al., 2021), with positives at full weight.
    """
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
    hard = tf.pow(tf.stop_gradient(tf.sigmoid(logits)), power)
    return entropy * tf.where(targets > 0, tf.ones_like(hard), hard)


def generalized_overlap(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Return the generalized IoU of boxes [..., 4], in (-1, 1] (Rezatofighi et al., 2019)."""
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    iou = overlap(a, b)
    union = (area_a + area_b) / (1.0 + iou)
    hull = tf.maximum(a[..., 2:], b[..., 2:]) - tf.minimum(a[..., :2], b[..., :2])
    hull_area = hull[..., 0] * hull[..., 1]
    return iou - (hull_area - union) / (hull_area + 1e-7)
