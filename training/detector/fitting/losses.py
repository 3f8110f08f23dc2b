"""What training minimizes: classification by quality and generalized IoU of the boxes."""

from __future__ import annotations

import tensorflow as tf

from training.detector.assignment import Assignment, assign, overlap
from training.detector.config import DetectorConfig
from training.detector.network import decode, split_bins


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

    All parts are sums over points divided by the sum of qualities; without any box the box loss is 0. Where
    sides are distributions, their own loss is the part "sides".
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
    weigh = focal_quality_loss if config.class_loss == "quality-focal" else quality_loss
    by_class = weigh(logits, assignment.targets, power=config.focal_gamma)
    class_loss = tf.reduce_sum(by_class * assignment.counted[..., None]) / norm
    apart = 1.0 - generalized_overlap(assignment.boxes, predicted)
    box_loss = config.box_weight * tf.reduce_sum(apart * assignment.weights) / norm
    losses = {"class": class_loss, "box": box_loss}
    if config.distance_bins:
        sides = distribution_loss(distances, assignment.boxes, points, strides)
        losses["sides"] = config.distribution_weight * tf.reduce_sum(sides * assignment.weights) / norm
    return {"total": tf.add_n(list(losses.values())), **losses}


def quality_loss(logits: tf.Tensor, targets: tf.Tensor, *, power: float) -> tf.Tensor:
    """Return the binary cross-entropy against soft targets, where negatives weigh score^power.

    After the varifocal loss (Zhang et al., 2021), with positives at full weight.
    """
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
    hard = tf.pow(tf.stop_gradient(tf.sigmoid(logits)), power)
    return entropy * tf.where(targets > 0, tf.ones_like(hard), hard)


def focal_quality_loss(logits: tf.Tensor, targets: tf.Tensor, *, power: float) -> tf.Tensor:
    """Return the binary cross-entropy times |target - score|^power (Li et al., "Generalized focal loss")."""
    entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=targets, logits=logits)
    return entropy * tf.pow(tf.abs(targets - tf.sigmoid(logits)) + 1e-9, power)


def distribution_loss(
    distances: tf.Tensor, boxes: tf.Tensor, points: tf.Tensor, strides: tf.Tensor
) -> tf.Tensor:
    """Return the mean over sides of the cross-entropy against the two bins beside the truth; [B, P].

    distances [B, P, 4 x bins] are logits, boxes [B, P, 4] in input pixels. After Li et al., 2020.
    """
    logits = split_bins(distances)
    bins = logits.shape[-1]
    truth = tf.concat([points - boxes[..., :2], boxes[..., 2:] - points], axis=-1) / strides[:, None]
    truth = tf.clip_by_value(truth, 0.0, bins - 1.001)
    lower = tf.floor(truth)
    share = truth - lower
    lower = tf.cast(lower, tf.int32)
    targets = (
        tf.one_hot(lower, bins) * (1.0 - share)[..., None] + tf.one_hot(lower + 1, bins) * share[..., None]
    )
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=targets, logits=logits), axis=-1)


def generalized_overlap(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Return the generalized IoU of boxes [..., 4], in (-1, 1] (Rezatofighi et al., 2019)."""
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    iou = overlap(a, b)
    union = (area_a + area_b) / (1.0 + iou)
    hull = tf.maximum(a[..., 2:], b[..., 2:]) - tf.minimum(a[..., :2], b[..., :2])
    hull_area = hull[..., 0] * hull[..., 1]
    return iou - (hull_area - union) / (hull_area + 1e-7)
