"""Why a score is what it is: pairs, confusions, sizes, curves and the quality of an image, by hand."""

import json

import numpy as np
import pytest

from inference.detector.saved_detectors import Detection
from training.detector.data.samples import Sample
from training.evaluation import error_analysis
from training.evaluation.coco_metrics import accumulate
from training.evaluation.error_analysis import confuse, describe, match_image, scale_of

NAMES = ["scratch", "pit"]


def truth(*boxes, classes=None, difficult=()):
    return Sample("x", list(boxes), [0] * len(boxes) if classes is None else classes, difficult)


def found(box, score=0.9, name="scratch"):
    return Detection(name, *(float(value) for value in box), score)


def test_each_box_is_right_misclassified_missed_or_a_false_positive():
    boxes = truth([0, 0, 10, 10], [20, 0, 30, 10], [40, 0, 50, 10], classes=[0, 0, 1])
    detections = [
        found([0, 0, 10, 10]),
        found([20, 0, 30, 10], name="pit"),
        found([70, 0, 80, 10], 0.3, "pit"),
    ]
    cells = match_image(detections, boxes, NAMES).cells
    assert cells == {
        ("scratch", "scratch"): 1,
        ("scratch", "pit"): 1,
        ("pit", ""): 1,
        ("", "pit"): 1,
    }


def test_a_box_of_its_own_type_comes_before_a_surer_one_of_another():
    boxes = truth([0, 0, 10, 10])
    detections = [found([0, 0, 10, 10], 0.95, "pit"), found([0, 0, 10, 9], 0.4)]
    assert match_image(detections, boxes, NAMES).cells == {("scratch", "scratch"): 1, ("", "pit"): 1}


def test_the_surest_detection_takes_the_box_and_a_second_one_is_not_there():
    one = match_image([found([0, 0, 10, 9], 0.4), found([0, 0, 10, 10], 0.8)], truth([0, 0, 10, 10]), NAMES)
    assert one.cells == {("scratch", "scratch"): 1, ("", "scratch"): 1}
    assert {(pair.truth, pair.found) for pair in one.pairs} == {(0, 1), (None, 0)}


def test_a_difficult_box_is_not_missed_and_what_lies_on_it_does_not_count():
    boxes = truth([0, 0, 10, 10], difficult=[True])
    assert match_image([], boxes, NAMES).cells == {}
    assert match_image([found([0, 0, 10, 10])], boxes, NAMES).cells == {}


def test_quality_is_one_when_all_is_right_and_falls_with_every_fault():
    whole = truth([0, 0, 10, 10], [20, 0, 30, 10])
    right = [found([0, 0, 10, 10]), found([20, 0, 30, 10])]
    assert match_image(right, whole, NAMES).quality == pytest.approx(1.0)
    assert match_image(right[:1], whole, NAMES).quality == pytest.approx(1 / 1.5)
    assert match_image([*right, found([60, 0, 70, 10])], whole, NAMES).quality == pytest.approx(2 / 2.5)
    mixed = [right[0], found([20, 0, 30, 10], name="pit")]
    assert match_image(mixed, whole, NAMES).quality == pytest.approx(1 / 2)
    assert match_image([], whole, NAMES).quality == 0
    assert match_image([], truth(), NAMES).quality == 1


def test_the_matrix_sums_the_images_and_every_box_is_in_it_once():
    boxes = [truth([0, 0, 10, 10]), truth([0, 0, 10, 10], classes=[1]), truth()]
    detections = [[found([0, 0, 10, 10])], [found([0, 0, 10, 10])], [found([0, 0, 5, 5])]]
    matched = [match_image(d, t, NAMES) for d, t in zip(detections, boxes, strict=True)]
    matrix = confuse(matched, NAMES)
    assert matrix["rows"] == [[1, 0, 0], [1, 0, 0], [1, 0, 0]]
    assert (matrix["right"], matrix["misclassified"], matrix["missed"], matrix["false_positives"]) == (
        1,
        1,
        0,
        1,
    )


def test_sizes_follow_the_images_longer_side_as_coco_has_them_at_640_pixels():
    assert scale_of(640, 480) == 1
    boxes = truth([0, 0, 9, 9], [20, 0, 31, 11], [60, 0, 91, 31])
    detections = [found(box) for box in boxes.boxes]
    scales = [scale_of(200, 100)]  # small is below 10 pixels, large from 30 on
    report = describe(accumulate([detections], [boxes], NAMES, scales=scales), [boxes], scales)
    assert [(size["name"], size["boxes"], size["ap50"]) for size in report["sizes"]] == [
        ("small", 1, 1.0),
        ("medium", 1, 1.0),
        ("large", 1, 1.0),
    ]
    only_large = describe(accumulate([detections[2:]], [boxes], NAMES, scales=scales), [boxes], scales)
    assert [size["ap50"] for size in only_large["sizes"]] == [0.0, 0.0, 1.0]
    assert [size["recall"] for size in only_large["sizes"]] == [0.0, 0.0, 1.0]


def test_a_curve_falls_where_a_false_positive_comes_first():
    boxes = [truth([0, 0, 10, 10]), truth([0, 0, 10, 10])]
    detections = [[found([0, 0, 10, 10], 0.9)], [found([50, 0, 60, 10], 0.8), found([0, 0, 10, 10], 0.7)]]
    report = describe(accumulate(detections, boxes, NAMES), boxes, [1.0, 1.0])
    (curve,) = report["curves"]["types"]
    assert len(curve["at50"]) == 101
    assert (curve["at50"][10], curve["at50"][90]) == (1.0, pytest.approx(2 / 3, abs=1e-4))
    assert curve["scores"][90] == pytest.approx(0.7)
    assert report["coco"]["ap50"] == pytest.approx(np.mean(curve["at50"]), abs=1e-4)
    assert report["coco"]["ar100"] == 1.0


def test_without_a_labeled_box_there_are_no_curves_and_all_is_json():
    report = describe(accumulate([[found([0, 0, 5, 5])]], [truth()], NAMES), [truth()], [1.0])
    assert report["curves"] == {"types": [], "all": None}
    assert report["coco"]["ap"] is None
    assert json.loads(json.dumps(report, allow_nan=False))["sizes"][0]["boxes"] == 0
    assert error_analysis.confuse([], NAMES)["rows"] == [[0, 0, 0]] * 3
