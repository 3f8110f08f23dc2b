"""An image is accepted only when every box that would be proposed is beyond doubt."""

from hypothesis import given
from hypothesis import strategies as st

from annotations.models import ReviewReason
from training.routing import Candidate, choose

THRESHOLDS = {"scratch": 0.6, "pit": 0.8, "stain": None}
scores = st.floats(0, 1)
candidates = st.lists(st.builds(Candidate, st.sampled_from(["scratch", "pit", "stain", "dent"]), scores))


def route(*boxes: tuple, **options):
    """Choose for BOXES given as (type, score[, probabilities])."""
    return choose(
        [Candidate(*box) for box in boxes],
        thresholds=THRESHOLDS,
        **{"propose_score": 0.25, **options},
    )


def test_boxes_at_or_above_their_thresholds_are_accepted():
    assert route(("scratch", 0.6), ("pit", 0.95)).accepted


def test_one_box_below_its_threshold_asks_about_the_whole_image():
    chosen = route(("scratch", 0.9), ("pit", 0.79))
    assert (chosen.reason, chosen.proposed) == (ReviewReason.UNSURE, (0, 1))
    assert chosen.detail == "pit 0.79 is below its threshold 0.80."


def test_a_type_without_a_threshold_is_never_accepted_however_sure():
    assert route(("stain", 0.999)).reason == ReviewReason.MANUAL_TYPE
    assert route(("dent", 0.999)).reason == ReviewReason.MANUAL_TYPE


def test_boxes_that_nobody_would_propose_do_not_disturb():
    assert route(("scratch", 0.7), ("pit", 0.2)).proposed == (0,)


def test_an_image_without_proposals_is_accepted_only_on_evidence():
    assert route(("pit", 0.1)).reason == ReviewReason.NOTHING_FOUND
    assert route(("pit", 0.1), accept_nothing=True).accepted


def test_an_unclear_grade_is_worth_a_look():
    assert route(("scratch", 0.9, (0.3, 0.3, 0.4)), grade_doubt=0.5).reason == ReviewReason.UNSURE_GRADE
    assert route(("scratch", 0.9, (0.1, 0.1, 0.8)), grade_doubt=0.5).accepted


def test_images_that_measure_are_never_accepted():
    assert route(("scratch", 0.9), may_accept=False).reason == ReviewReason.AUDIT
    assert not route(may_accept=False, accept_nothing=True).accepted


@given(candidates, st.floats(0.01, 0.99))
def test_whatever_is_accepted_stands_at_or_above_its_threshold(boxes, propose_score):
    chosen = choose(boxes, thresholds=THRESHOLDS, propose_score=propose_score, accept_nothing=True)
    assert 0 <= chosen.priority <= 1
    if chosen.accepted:
        for index in chosen.proposed:
            assert boxes[index].score >= THRESHOLDS[boxes[index].class_name]
    shown = {index for index, box in enumerate(boxes) if box.score >= propose_score}
    assert shown <= set(chosen.proposed)
