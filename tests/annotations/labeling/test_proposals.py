"""A model's boxes are accepted as a whole, or shown to a person; a person's save is never overwritten."""

import pytest

from annotations.errors import StaleVersion
from annotations.labeling import boxes, proposals, wire
from annotations.models import Decision, Image, ImageState, Origin, Proposal, ReviewReason, ReviewState
from tests.factories import make_image, make_project, make_review_item, make_user, wire_box

pytestmark = pytest.mark.django_db


def values(image: Image, score: float = 0.9) -> list[proposals.ProposedValues]:
    """Return one proposed box."""
    kind = image.project.defect_types.first()
    return [proposals.ProposedValues(kind, 3, 4, 20, 22, score=score, grade_probabilities=(0.2, 0.8))]


def test_accepted_boxes_carry_their_full_provenance():
    image = make_image(make_project())
    proposals.accept(image, values(image), model_name="detector-r3", round_number=3)
    box = image.boxes.get()
    assert (box.origin, box.model_name, box.round_number, box.score) == (Origin.MODEL, "detector-r3", 3, 0.9)
    assert (box.decision, box.grade, box.grade_probabilities) == (Decision.AUTO, None, [0.2, 0.8])
    assert (box.proposed_type, box.proposed_xmin, box.proposed_ymax) == ("scratches", 3, 22)
    image.refresh_from_db()
    assert (image.state, image.version, image.labeled_by) == (ImageState.AUTO_LABELED, 1, None)
    assert image.revisions.get().reason == "auto-labeled by detector-r3"


def test_a_person_who_saves_an_auto_labeled_image_confirms_its_boxes():
    image = make_image(make_project())
    proposals.accept(image, values(image), model_name="m", round_number=1)
    user = make_user()
    items = wire.read_boxes(image, wire.boxes_to_wire(image)["boxes"])
    boxes.replace(image, items, version=1, user=user)
    assert (image.boxes.get().decision, image.boxes.get().decided_by) == (Decision.ACCEPTED, user)


@pytest.mark.parametrize("verb", ["accept", "ask"])
def test_a_person_who_saved_meanwhile_wins(verb):
    image = make_image(make_project())
    seen = Image.objects.get(pk=image.pk)
    mine = wire_box()
    boxes.replace(image, wire.read_boxes(image, [mine]), version=0, user=make_user())
    more = {"reason": ReviewReason.UNSURE, "detail": "", "priority": 0} if verb == "ask" else {}
    with pytest.raises(StaleVersion):
        getattr(proposals, verb)(seen, values(seen), model_name="m", round_number=1, **more)
    assert [str(box.uid) for box in image.boxes.all()] == [mine["id"]]
    assert not Proposal.objects.exists()


def test_a_newer_model_replaces_an_undecided_proposal_and_keeps_one_open_item():
    image = make_image(make_project())
    for name in ("old", "new"):
        proposals.ask(
            image,
            values(image),
            model_name=name,
            round_number=1,
            reason=ReviewReason.UNSURE,
            detail="",
            priority=0,
        )
    assert [proposal.model_name for proposal in image.proposals.all()] == ["new"]
    assert image.review_items.filter(state=ReviewState.OPEN).get().proposal.model_name == "new"


def test_accepting_withdraws_the_question_of_an_older_round():
    image = make_image(make_project())
    item = make_review_item(image)
    proposals.accept(image, values(image), model_name="m", round_number=2)
    item.refresh_from_db()
    assert item.state == ReviewState.WITHDRAWN
