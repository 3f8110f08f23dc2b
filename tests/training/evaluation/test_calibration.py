import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.detector.saved_detectors import Detection
from training.detector.data.samples import Sample
from training.evaluation.calibration import TypeMatches, bound_precision, choose_thresholds, match

NAMES = ["scratch", "pit"]


def choose(scores, correct, *, target=0.8, truths=None, **more):
    truths = sum(correct) if truths is None else truths
    found = TypeMatches(tuple(scores), tuple(bool(value) for value in correct), truths)
    return choose_thresholds({"scratch": found}, precision_target=target, **more)["scratch"]


def found(box, score, name="scratch"):
    return Detection(name, *(float(value) for value in box), score)


def test_confident_false_positives_do_not_slip_through():
    """Regression: the old rule averaged scores of boxes near IoU 0.7 and accepted 34 % right ones.

    34 good boxes around 0.75, 66 wrong ones that the network is surer of.
    """
    good = np.linspace(0.7, 0.8, 34)
    wrong = np.linspace(0.75, 0.99, 66)
    threshold = choose([*good, *wrong], [1] * 34 + [0] * 66)
    assert threshold.value is None
    assert threshold.precision == pytest.approx(0.34)
    assert "Manual" in threshold.reason


def test_a_confident_false_positive_raises_the_threshold_or_lowers_the_precision():
    scores = list(np.linspace(0.5, 0.9, 60))
    clean = choose(scores, [1] * 60)
    spoiled = choose([*scores, *np.linspace(0.52, 0.7, 12)], [1] * 60 + [0] * 12)
    assert clean.precision == 1.0
    assert spoiled.precision < 1.0 or spoiled.value > clean.value
    assert spoiled.value > clean.value


@pytest.mark.parametrize("good", range(5))
def test_fewer_than_five_good_boxes_stay_manual_and_are_never_nan(good):
    """Regression: the old threshold became NaN, so that such a type never reached a person."""
    for wrong in (0, 3):
        threshold = choose([0.9] * good + [0.3] * wrong, [1] * good + [0] * wrong, target=0.5)
        assert threshold.value is None
        assert "5 are needed" in threshold.reason
        for number in (threshold.precision, threshold.recall, threshold.lower_bound):
            assert number is None or math.isfinite(number)


def test_the_lowest_score_that_is_proven_is_chosen():
    threshold = choose([0.9] * 20 + [0.5] * 20 + [0.2] * 20, [1] * 40 + [0] * 20, target=0.9)
    assert threshold.value == 0.5
    assert threshold.support == 40
    assert threshold.recall == 1.0
    assert threshold.precision == 1.0


def test_boxes_of_one_score_are_accepted_together():
    threshold = choose([0.9] * 40, [1] * 30 + [0] * 10, target=0.9)
    assert threshold.value is None


@pytest.mark.parametrize(("boxes", "target"), [(59, 0.95), (149, 0.98), (299, 0.99)])
def test_the_sample_sizes_of_the_exact_binomial_are_met(boxes, target):
    assert choose([0.9] * boxes, [1] * boxes, target=target).value == 0.9
    assert choose([0.9] * (boxes - 1), [1] * (boxes - 1), target=target).value is None


def test_no_boxes_found_right_prove_nothing():
    assert bound_precision(0, 0) == 0.0
    assert bound_precision(0, 10) == 0.0


def test_a_detection_needs_a_free_box_of_its_type():
    truths = [Sample("x", [[0, 0, 10, 10], [20, 0, 30, 10]], [0, 1])]
    predictions = [
        [
            found([0, 0, 10, 10], 0.6),
            found([0, 0, 10, 9], 0.9),
            found([20, 0, 30, 10], 0.8),
            found([20, 0, 30, 10], 0.7, "pit"),
        ]
    ]
    matches = match(predictions, truths, NAMES)
    assert dict(zip(matches["scratch"].scores, matches["scratch"].correct, strict=True)) == {
        0.9: True,
        0.8: False,
        0.6: False,
    }
    assert matches["pit"] == TypeMatches((0.7,), (True,), 1)


def test_an_overlap_below_seven_tenths_is_wrong():
    matches = match([[found([0, 0, 10, 6.9], 0.9)]], [Sample("x", [[0, 0, 10, 10]], [0])], NAMES)
    assert matches["scratch"] == TypeMatches((0.9,), (False,), 1)


def test_a_detection_on_a_difficult_box_counts_neither_way():
    truths = [Sample("x", [[0, 0, 10, 10]], [0], [True])]
    matches = match([[found([0, 0, 10, 10], 0.9), found([50, 0, 60, 10], 0.8)]], truths, NAMES)
    assert matches["scratch"] == TypeMatches((0.8,), (False,), 0)


def test_targets_outside_zero_and_one_are_refused():
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose([0.9], [1], target=1.0)


outcomes = st.lists(st.tuples(st.sampled_from(np.linspace(0, 1, 21).tolist()), st.booleans()), max_size=120)
targets = st.floats(0.05, 0.99)


@given(outcomes, targets)
def test_what_passes_a_threshold_reaches_the_target_on_the_calibration_data(pairs, target):
    scores, correct = [score for score, _ in pairs], [right for _, right in pairs]
    threshold = choose(scores, correct, target=target)
    for number in (threshold.precision, threshold.recall, threshold.lower_bound, threshold.value):
        assert number is None or math.isfinite(number)
    if threshold.value is not None:
        accepted = [right for score, right in pairs if score >= threshold.value]
        assert sum(accepted) / len(accepted) == pytest.approx(threshold.precision)
        assert threshold.precision >= threshold.lower_bound >= target
        assert sum(accepted) >= 5


@given(outcomes, targets, targets)
def test_a_higher_target_never_lowers_a_threshold(pairs, one, other):
    low, high = sorted((one, other))
    scores, correct = [score for score, _ in pairs], [right for _, right in pairs]
    lenient, strict = choose(scores, correct, target=low), choose(scores, correct, target=high)
    if strict.value is not None:
        assert lenient.value is not None
        assert strict.value >= lenient.value


@given(outcomes, targets, st.floats(0.0, 1.0))
def test_one_more_wrong_box_never_lowers_a_threshold(pairs, target, score):
    scores, correct = [score for score, _ in pairs], [right for _, right in pairs]
    before = choose(scores, correct, target=target)
    after = choose([*scores, score], [*correct, False], target=target)
    if after.value is not None:
        assert before.value is not None
        assert after.value >= before.value


corner = st.integers(0, 30)
box = st.tuples(corner, corner, st.integers(1, 20), st.integers(1, 20)).map(
    lambda v: [v[0], v[1], v[0] + v[2], v[1] + v[3]]
)


@given(
    st.lists(st.tuples(box, st.integers(0, 1)), max_size=8),
    st.lists(st.tuples(box, st.floats(0.01, 1), st.sampled_from(NAMES)), max_size=12),
)
def test_matching_is_one_to_one(labeled, detected):
    truths = [Sample("x", [b for b, _ in labeled], [c for _, c in labeled])]
    detections = [found(b, score, name) for b, score, name in detected]
    matches = match([detections], truths, NAMES)
    for number, name in enumerate(NAMES):
        found_of_type = matches[name]
        assert len(found_of_type.scores) == sum(detection.class_name == name for detection in detections)
        assert found_of_type.truths == sum(kind == number for _, kind in labeled)
        assert sum(found_of_type.correct) <= found_of_type.truths
