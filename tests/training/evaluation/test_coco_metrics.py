import contextlib
import io
import json

import numpy as np
import pytest

from inference.detector.saved_detectors import Detection
from training.detector.data.samples import Sample
from training.evaluation.coco_metrics import evaluate

NAMES = ["scratch", "pit"]


def truth(*boxes, classes=None, difficult=()):
    return Sample("x", list(boxes), [0] * len(boxes) if classes is None else classes, difficult)


def found(box, score, name="scratch"):
    return Detection(name, *(float(value) for value in box), score)


def test_perfect_boxes_score_one():
    metrics = evaluate([[found([0, 0, 10, 10], 0.9)]], [truth([0, 0, 10, 10])], NAMES)
    assert [metrics.map, metrics.map50, metrics.map75] == pytest.approx([1.0] * 3)
    assert metrics.per_class["scratch"] == {"ap": pytest.approx(1.0), "ap50": pytest.approx(1.0), "boxes": 1}


def test_a_type_without_boxes_takes_no_part_in_the_mean():
    metrics = evaluate([[found([0, 0, 10, 10], 0.9, "pit")]], [truth([0, 0, 10, 10])], NAMES)
    assert metrics.per_class["pit"] == {"ap": None, "ap50": None, "boxes": 0}
    assert metrics.map50 == 0.0


def test_a_box_that_overlaps_by_sixty_percent_counts_at_half_but_not_at_three_quarters():
    metrics = evaluate([[found([0, 0, 10, 6], 0.9)]], [truth([0, 0, 10, 10])], NAMES)
    assert metrics.map50 == pytest.approx(1.0)
    assert metrics.map75 == 0.0
    assert metrics.map == pytest.approx(0.3)


def test_a_confident_false_positive_costs_precision():
    boxes = [truth([0, 0, 10, 10]), truth()]
    late = evaluate([[found([0, 0, 10, 10], 0.9)], [found([0, 0, 5, 5], 0.2)]], boxes, NAMES)
    early = evaluate([[found([0, 0, 10, 10], 0.5)], [found([0, 0, 5, 5], 0.9)]], boxes, NAMES)
    assert late.map50 == pytest.approx(1.0)
    assert early.map50 == pytest.approx(0.5)


def test_a_difficult_box_is_neither_missed_nor_found():
    boxes = truth([0, 0, 10, 10], [20, 20, 30, 30], difficult=[False, True])
    missed = evaluate([[found([0, 0, 10, 10], 0.5)]], [boxes], NAMES)
    seen = evaluate([[found([0, 0, 10, 10], 0.5), found([20, 20, 30, 30], 0.9)]], [boxes], NAMES)
    assert [missed.map, seen.map] == pytest.approx([1.0] * 2)
    assert missed.boxes == 1


def test_no_prediction_at_all_scores_zero():
    assert evaluate([[]], [truth([0, 0, 10, 10])], NAMES).map50 == 0.0


def test_no_box_at_all_has_no_score():
    metrics = evaluate([[found([0, 0, 10, 10], 0.5)]], [truth()], NAMES)
    assert (metrics.map, metrics.map50, metrics.boxes, metrics.images) == (None, None, 0, 1)


def test_metrics_are_json_and_nothing_is_printed():
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        metrics = evaluate([[found([0, 0, 10, 10], 0.9)]], [truth([0, 0, 10, 10])], NAMES)
    assert printed.getvalue() == ""
    again = json.loads(json.dumps(metrics.to_dict(), allow_nan=False))
    assert set(again) == {"map", "map50", "map75", "per_class", "images", "boxes"}


def test_lists_of_different_length_are_refused():
    with pytest.raises(ValueError, match="1 predictions for 0 images"):
        evaluate([[]], [], NAMES)


def test_many_images_agree_with_a_count_by_hand():
    rng = np.random.default_rng(0)
    boxes = [truth([x, 5, x + 10, 15]) for x in rng.uniform(0, 50, 20)]
    right = [[found(sample.boxes[0], 0.9)] if number < 15 else [] for number, sample in enumerate(boxes)]
    # Recall 0.75 at precision 1: 76 of COCO's 101 recall points.
    assert evaluate(right, boxes, NAMES).map50 == pytest.approx(76 / 101)
