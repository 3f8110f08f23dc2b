"""A split is chosen by a hash, so that frames of one part stay together for ever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.intake.ingest import choose_split
from annotations.models import Split


@given(st.text(), st.integers(0, 50), st.integers(0, 50))
def test_the_same_key_always_gets_the_same_split(key, calibration, test):
    chosen = [choose_split(key, calibration_percent=calibration, test_percent=test) for _ in range(2)]
    assert chosen[0] == chosen[1]


@given(st.text(), st.integers(0, 40), st.integers(0, 60), st.integers(0, 40))
def test_another_calibration_share_moves_nothing_into_or_out_of_test(key, one, other, test):
    first, second = (
        choose_split(key, calibration_percent=share, test_percent=test) == Split.TEST
        for share in (one, other)
    )
    assert first == second


@pytest.mark.parametrize(("calibration", "test"), [(15, 15), (0, 30), (40, 10)])
def test_shares_come_out_as_asked(calibration, test):
    splits = [
        choose_split(f"part {number}", calibration_percent=calibration, test_percent=test)
        for number in range(5000)
    ]
    assert splits.count(Split.CALIBRATION) / 50 == pytest.approx(calibration, abs=2)
    assert splits.count(Split.TEST) / 50 == pytest.approx(test, abs=2)


def test_all_or_nothing_shares_are_exact():
    assert choose_split("x", calibration_percent=0, test_percent=100) == Split.TEST
    assert choose_split("x", calibration_percent=100, test_percent=0) == Split.CALIBRATION
    assert choose_split("x", calibration_percent=0, test_percent=0) == Split.TRAIN
