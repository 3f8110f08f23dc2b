"""Pair detections with labeled boxes, greedily by score.

Pure: NumPy arrays in, pairs out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inference.detector.saved_detectors import Detection


def measure_overlaps(detections: Sequence[Detection], boxes: np.ndarray) -> np.ndarray:
    """Return the intersection over union of D detections with boxes [T, 4], float [D, T].

    Boxes are xmin, ymin, xmax, ymax in pixels; what has no area overlaps nothing.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 4)
    corners = [(found.xmin, found.ymin, found.xmax, found.ymax) for found in detections]
    found = np.array(corners, np.float64).reshape(-1, 1, 4)
    sides = np.minimum(found[..., 2:], boxes[:, 2:]) - np.maximum(found[..., :2], boxes[:, :2])
    common = np.maximum(sides, 0).prod(axis=-1)
    union = (found[..., 2:] - found[..., :2]).prod(axis=-1) + (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
    union = union - common
    overlaps: np.ndarray = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    return overlaps


def order_by_score(detections: Sequence[Detection]) -> list[int]:
    """Return the indexes of the detections, the highest score first; equal scores keep their order."""
    return sorted(range(len(detections)), key=lambda index: -detections[index].score)


def match_greedily(
    overlaps: np.ndarray, order: Sequence[int], free: np.ndarray, *, iou: float
) -> dict[int, int]:
    """Give each detection in `order` the free box that it overlaps most, if by at least `iou`.

    overlaps: float [D, T]; free: bool [T], the boxes that may be taken. Each box is taken at most once.
    Returns the index of the box by the index of the detection, in the order of matching.
    """
    left = np.array(free, bool)
    partners: dict[int, int] = {}
    if not len(left):
        return partners
    for index in order:
        candidates = np.where(left, overlaps[index], -1.0)
        best = int(candidates.argmax())
        if candidates[best] >= iou:
            left[best] = False
            partners[index] = best
    return partners
