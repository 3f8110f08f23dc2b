"""Severity: exact small values, and what holds for every set of weights and probabilities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.severity.from_grades import image_severity, severity, severity_of

WEIGHTS = [0.1, 0.3, 0.5, 0.7, 1.0]
shares = st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda values: sum(values) > 0)


def test_severity_is_the_sum_of_weight_times_probability():
    assert severity([0.5, 0.25, 0.25], [0.0, 0.5, 1.0]) == pytest.approx(0.375)


def test_a_certain_grade_has_its_weight_as_severity():
    assert severity([0, 0, 0, 1, 0], WEIGHTS) == 0.7


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="2 grade probabilities do not fit 3 weights"):
        severity([0.5, 0.5], [0, 0.5, 1])


def test_numbers_outside_of_0_to_1_are_refused():
    with pytest.raises(ValueError, match="outside of 0 to 1"):
        severity([1.5, -0.5], [0, 1])
    with pytest.raises(ValueError, match="outside of 0 to 1"):
        severity([float("nan"), 1], [0, 1])


def test_a_type_that_is_not_graded_takes_the_detection_score():
    assert severity_of(None, score=0.42) == 0.42


def test_a_graded_type_never_takes_the_detection_score():
    assert severity_of(WEIGHTS, score=0.99) is None
    assert severity_of([], score=0.99) is None


def test_a_persons_grade_counts_before_the_grader():
    assert severity_of(WEIGHTS, grade=2, probabilities=[0, 0, 0, 0, 1]) == 0.3


def test_probabilities_of_grades_that_no_longer_exist_tell_nothing():
    assert severity_of(WEIGHTS, probabilities=[0.5, 0.5]) is None
    assert severity_of([0.5, 1.0], grade=3) is None


def test_an_image_takes_its_worst_defect():
    assert image_severity([0.1, None, 0.6, 0.3]) == 0.6
    assert image_severity([]) == 0.0
    assert image_severity([None]) is None


@given(shares, st.data())
def test_severity_lies_between_the_lightest_and_the_heaviest_weight(values, data):
    probabilities = [value / sum(values) for value in values]
    weights = data.draw(st.lists(st.floats(0, 1), min_size=len(values), max_size=len(values)))
    result = severity(probabilities, weights)
    assert min(weights) - 1e-6 <= result <= max(weights) + 1e-6


@given(shares, st.data())
def test_raising_a_weight_never_lowers_the_severity(values, data):
    probabilities = [value / sum(values) for value in values]
    weights = data.draw(st.lists(st.floats(0, 1), min_size=len(values), max_size=len(values)))
    raised = list(weights)
    place = data.draw(st.integers(0, len(values) - 1))
    raised[place] = data.draw(st.floats(weights[place], 1))
    assert severity(probabilities, raised) >= severity(probabilities, weights) - 1e-9
