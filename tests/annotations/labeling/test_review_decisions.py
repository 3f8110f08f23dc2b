"""One decision settles one review item: accept, correct or reject."""

import pytest

from annotations.errors import Conflict, StaleVersion
from annotations.labeling import leases, review, wire
from annotations.models import Decision, ImageState, Origin, ReviewReason, ReviewState
from tests.factories import make_box, make_image, make_project, make_review_item, make_user, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    """Return an open review item with one proposed box."""
    return make_review_item(make_image(make_project()))


def decide(item, decision, boxes=None, version=None):
    """Decide ITEM with wire boxes."""
    image = item.image
    values = None if boxes is None else wire.read_boxes(image, boxes)
    version = image.version if version is None else version
    return review.decide(image, decision=decision, boxes=values, version=version, user=make_user())


def test_accepting_makes_the_proposed_boxes_labels(item):
    decided = decide(item, "accept")
    box = item.image.boxes.get()
    assert (box.origin, box.decision, box.score) == (Origin.MODEL, Decision.ACCEPTED, 0.4)
    assert (decided.state, decided.decision) == (ReviewState.DECIDED, "accept")
    item.image.refresh_from_db()
    assert item.image.state == ImageState.LABELED


def test_correcting_takes_the_boxes_that_were_sent(item):
    proposed = wire.proposed_to_wire(item.proposal.boxes.get())
    added = wire_box("pits")
    decide(item, "correct", [{**proposed, "xmax": 20.0}, added])
    moved, new = item.image.boxes.all()
    assert (moved.decision, moved.proposed_xmax, moved.xmax) == (Decision.CORRECTED, 11.0, 20.0)
    assert (str(new.uid), new.origin) == (added["id"], Origin.HUMAN)


def test_correcting_to_nothing_says_that_the_image_is_clean(item):
    decide(item, "correct", [])
    item.image.refresh_from_db()
    assert (item.image.state, item.image.box_count) == (ImageState.LABELED, 0)
    assert item.proposal.boxes.get().decision == Decision.REJECTED


def test_rejecting_sends_the_image_back_to_be_labeled_by_hand(item):
    decide(item, "reject")
    item.image.refresh_from_db()
    assert (item.image.state, item.image.boxes.count()) == (ImageState.UNLABELED, 0)
    assert leases.claim(item.image.project, make_user()) == item.image


def test_rejecting_keeps_what_a_person_had_drawn(item):
    human = make_box(item.image)
    decide(item, "reject")
    assert item.image.boxes.get() == human


def test_a_second_decision_is_told_that_it_came_late(item):
    decide(item, "accept")
    item.image.refresh_from_db()
    with pytest.raises(Conflict, match="does not wait"):
        decide(item, "reject")


def test_a_stale_decision_leaves_the_item_open(item):
    with pytest.raises(StaleVersion):
        decide(item, "accept", version=5)
    item.refresh_from_db()
    assert item.state == ReviewState.OPEN


@pytest.mark.parametrize(("decision", "boxes"), [("maybe", []), ("correct", None)])
def test_a_decision_that_makes_no_sense_is_refused(item, decision, boxes):
    with pytest.raises(review.UnknownDecision):
        decide(item, decision, boxes)


def test_counts_name_each_reason_once(item):
    other = make_image(item.image.project)
    make_review_item(other, reason=ReviewReason.NOTHING_FOUND)
    assert review.counts(item.image.project) == {"unsure": 1, "nothing_found": 1}


def test_asking_twice_leaves_one_open_item_with_the_newer_reason(item):
    review.ask(item.image, reason=ReviewReason.HELP, detail="Look here", priority=1)
    assert [row.reason for row in review.open_items(item.image.project)] == [ReviewReason.HELP]
