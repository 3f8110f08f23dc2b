import uuid

import pytest

from annotations import bulk
from annotations.errors import StaleVersion
from annotations.labeling import boxes, comments, proposals, review, wire
from annotations.models import ImageState, ReviewItem, ReviewReason, ReviewState, Role
from tests.api import member_client
from tests.factories import make_image, make_member, make_project, make_review_item, wire_box
from training.phases import label

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project())


@pytest.fixture
def inspector(image):
    return make_member(image.project)


@pytest.fixture
def reviewer(image):
    return make_member(image.project, Role.REVIEWER)


def ask(image, user, text="One or two?"):
    return comments.begin(image, uid=uuid.uuid4(), text=text, user=user, needs_help=True)[0]


def save(image, user):
    image.refresh_from_db()
    values = wire.read_boxes(image, [wire_box()])
    return boxes.replace(image, values, version=image.version, user=user)


def state_of(image):
    """Return the image's state with the reason, the call and the state of its newest review item."""
    image.refresh_from_db()
    item = image.review_items.order_by("-pk").first()
    return image.state, item and (item.reason, item.help, item.state)


WAITING = (ImageState.IN_REVIEW, (ReviewReason.HELP, True, ReviewState.OPEN))


def test_asking_puts_the_image_into_review_with_the_words(image, inspector):
    ask(image, inspector, "Is this\none defect or two?")
    assert state_of(image) == WAITING
    assert ReviewItem.objects.get().detail == f"{inspector.username} asks: Is this one defect or two?"
    assert review.counts(image.project) == {"help": 1}


def test_the_asker_goes_on_saving_and_the_call_stays(image, inspector):
    ask(image, inspector)
    for _ in range(2):
        save(image, inspector)
        assert state_of(image) == WAITING


def test_a_reviewer_who_asks_keeps_the_call_too(image, reviewer):
    ask(image, reviewer)
    save(image, reviewer)
    assert state_of(image) == WAITING


def test_another_inspectors_save_ends_nothing(image, inspector):
    ask(image, inspector)
    save(image, make_member(image.project))
    assert state_of(image) == WAITING


def test_a_reviewers_save_answers_the_call(image, inspector, reviewer):
    thread = ask(image, inspector)
    save(image, reviewer)
    assert state_of(image) == (ImageState.LABELED, (ReviewReason.HELP, True, ReviewState.WITHDRAWN))
    thread.refresh_from_db()
    assert thread.resolved_by == reviewer


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        ("accept", ImageState.LABELED),
        ("correct", ImageState.LABELED),
        ("reject", ImageState.UNLABELED),
    ],
)
def test_a_decision_answers_the_call(image, inspector, reviewer, decision, state):
    thread = ask(image, inspector)
    save(image, inspector)
    review.decide(
        image, decision=decision, boxes=[] if decision == "correct" else None, version=1, user=reviewer
    )
    assert state_of(image) == (state, (ReviewReason.HELP, True, ReviewState.DECIDED))
    thread.refresh_from_db()
    assert thread.resolved_by == reviewer


def test_resolving_brings_the_state_back(image, inspector):
    thread = ask(image, inspector)
    comments.change(thread, user=inspector, resolved=True)
    assert state_of(image) == (ImageState.UNLABELED, (ReviewReason.HELP, True, ReviewState.WITHDRAWN))
    comments.change(thread, user=inspector, resolved=False)
    assert state_of(image) == WAITING
    save(image, inspector)
    comments.change(thread, user=inspector, resolved=True)
    assert state_of(image)[0] == ImageState.LABELED


def test_the_last_of_several_calls_ends_it(image, inspector, reviewer):
    first, second = ask(image, inspector), ask(image, reviewer, "And what is this?")
    comments.change(first, user=reviewer, resolved=True)
    assert state_of(image) == WAITING
    assert ReviewItem.objects.get().detail == f"{reviewer.username} asks: And what is this?"
    comments.delete(second, user=reviewer)
    assert state_of(image)[1] == (ReviewReason.HELP, True, ReviewState.WITHDRAWN)


def test_a_call_stands_beside_what_a_model_asks(image, inspector):
    item = make_review_item(image)
    thread = ask(image, inspector)
    assert state_of(image) == (ImageState.IN_REVIEW, (ReviewReason.UNSURE, True, ReviewState.OPEN))
    item.refresh_from_db()
    assert item.proposal is not None
    comments.change(thread, user=inspector, resolved=True)
    assert state_of(image) == (ImageState.IN_REVIEW, (ReviewReason.UNSURE, False, ReviewState.OPEN))


def test_a_save_settles_what_the_model_asked_and_leaves_the_call(image, inspector):
    make_review_item(image)
    thread = ask(image, inspector, "And this?")
    save(image, inspector)
    assert state_of(image) == WAITING
    assert ReviewItem.objects.get().detail == f"{inspector.username} asks: And this?"
    comments.change(thread, user=inspector, resolved=True)
    assert state_of(image)[0] == ImageState.LABELED


def test_without_a_call_a_save_withdraws_the_item_as_ever(image, inspector):
    make_review_item(image)
    save(image, inspector)
    assert state_of(image) == (ImageState.LABELED, (ReviewReason.UNSURE, False, ReviewState.WITHDRAWN))


def test_a_comment_can_become_a_call_and_stop_being_one(image, inspector):
    thread, _ = comments.begin(image, uid=uuid.uuid4(), text="Look.", user=inspector)
    assert state_of(image) == (ImageState.UNLABELED, None)
    comments.change(thread, user=inspector, needs_help=True)
    assert state_of(image) == WAITING
    comments.change(thread, user=inspector, needs_help=False)
    assert state_of(image)[0] == ImageState.UNLABELED


def test_no_model_decides_on_an_image_that_a_person_asks_about(image, inspector):
    ask(image, inspector)
    assert not label.waiting(image.project, "round-2").exists()
    for verb, more in (
        (proposals.accept, {}),
        (proposals.ask, {"reason": ReviewReason.UNSURE, "detail": "", "priority": 0.5}),
    ):
        image.refresh_from_db()
        with pytest.raises(StaleVersion, match="asks for help"):
            verb(image, [], model_name="round-2", round_number=2, **more)
    assert state_of(image) == WAITING


def test_images_that_are_sent_to_review_keep_the_question_until_it_is_answered(image, inspector, reviewer):
    aside, _ = comments.begin(image, uid=uuid.uuid4(), text="By the way.", user=inspector)
    bulk.send_to_review(image.project, [image.pk], user=inspector)
    thread = image.comments.get(needs_help=True)
    assert (thread.number, thread.text, thread.author) == (2, "Please look at this image.", inspector)
    comments.delete(aside, user=inspector)
    save(image, inspector)
    assert state_of(image) == WAITING
    comments.change(thread, user=reviewer, resolved=True)
    assert state_of(image) == (ImageState.LABELED, (ReviewReason.HELP, True, ReviewState.WITHDRAWN))


def test_calls_for_help_are_offered_first(image, inspector):
    make_review_item(make_image(image.project), priority=0.9)
    ask(image, inspector)
    claimed = member_client(image.project, Role.REVIEWER).post(
        f"/api/projects/{image.project.slug}/claim/", {"queue": "review"}, format="json"
    )
    assert claimed.json()["image"]["id"] == image.pk
    assert claimed.json()["review"]["reason"] == "help"
