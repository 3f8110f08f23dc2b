"""From what every point says to final boxes, as a TensorFlow graph: suppression, then a vote on the place."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

CANDIDATES = 1 / 2  # of the points, the surest; the others hardly ever give one of the best boxes
VOTERS = 1 / 4
LEAST_VOTERS = 256


class Found(NamedTuple):
    boxes: tf.Tensor  # [B, M, 4], best first, filled up with zeros
    scores: tf.Tensor  # [B, M]
    classes: tf.Tensor  # float [B, M], counted from 0
    count: tf.Tensor  # int [B]


def suppress(
    scores: tf.Tensor, boxes: tf.Tensor, *, most: int, iou: float, vote: float, least: float
) -> Found:
    """Keep at most `most` boxes an image: those with IoU above iou to a better one of their type are dropped.

    scores [B, P, K] and boxes [B, P, 4] are of every point; scores of `least` or below do not count. A box
    that is kept goes to the mean of those that it overlaps by `vote` or more, each weighed by its score for
    the type times its IoU (box voting, Gidaris and Komodakis, 2015): neighbouring points err differently. A
    vote of 1 leaves boxes as they are.
    """
    points = boxes.shape[1]
    candidates = min(points, max(int(CANDIDATES * points), 4 * most))
    surest = tf.math.top_k(tf.reduce_max(scores, axis=-1), k=candidates).indices
    scores, boxes = (tf.gather(part, surest, batch_dims=1) for part in (scores, boxes))
    kept = tf.image.combined_non_max_suppression(
        boxes[:, :, None, :],
        scores,
        max_output_size_per_class=most,
        max_total_size=most,
        iou_threshold=iou,
        score_threshold=least,
        clip_boxes=False,
    )
    found = Found(kept.nmsed_boxes, kept.nmsed_scores, kept.nmsed_classes, kept.valid_detections)
    if vote >= 1.0:
        return found
    voters = max(int(VOTERS * points), LEAST_VOTERS)
    return found._replace(boxes=_vote(found, scores[:, :voters], boxes[:, :voters], vote))


def _vote(found: Found, scores: tf.Tensor, boxes: tf.Tensor, least: float) -> tf.Tensor:
    """Return the boxes of found, moved to the mean of their voters [B, M, 4]."""
    by_class = tf.transpose(scores, [0, 2, 1])
    weights = tf.gather(by_class, tf.cast(found.classes, tf.int32), batch_dims=1)  # [B, M, voters]
    iou = _overlap_each(found.boxes, boxes)
    weights *= tf.where(iou >= least, iou, 0.0)
    total = tf.reduce_sum(weights, axis=-1, keepdims=True)
    return tf.where(total > 0.0, tf.matmul(weights, boxes) / tf.maximum(total, 1e-9), found.boxes)


def _overlap_each(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Return the IoU of boxes [B, M, 4] and [B, N, 4], [B, M, N].

    As `assignment.overlap`, side by side instead of in pairs of corners: half the time on a CPU.
    """
    left, top, right, low = (side[..., None] for side in tf.unstack(a, axis=-1))
    begin, above, end, below = (side[:, None] for side in tf.unstack(b, axis=-1))
    common = tf.nn.relu(tf.minimum(right, end) - tf.maximum(left, begin)) * tf.nn.relu(
        tf.minimum(low, below) - tf.maximum(top, above)
    )
    areas = (right - left) * (low - top) + (end - begin) * (below - above)
    return common / (areas - common + 1e-9)
