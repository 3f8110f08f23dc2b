import pytest

from annotations.models import ReviewItem, Role
from tests.api import member_client
from tests.factories import make_image, make_project, make_review_item, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return make_review_item(make_image(make_project()))


@pytest.fixture
def client(item):
    return member_client(item.image.project, Role.REVIEWER)


def decide(client, item, decision, version=0, **data):
    return client.post(
        f"/api/images/{item.image_id}/decision/", {"decision": decision, "version": version, **data}
    )


def test_accepting_makes_the_proposal_a_label_with_its_provenance(client, item):
    answer = decide(client, item, "accept")
    assert answer.status_code == 200, answer.json()
    data = answer.json()
    assert (data["id"], data["decision"], data["image_state"]) == (item.pk, "accept", "labeled")
    (box,) = data["boxes"]
    assert (box["origin"], box["decision"], box["score"]) == ("model", "accepted", 0.4)
    assert (data["version"], box["decided_by"]) == (1, client.user.username)


def test_correcting_keeps_what_was_proposed(client, item):
    proposed = item.proposal.boxes.get()
    sent = [wire_box(id=str(proposed.uid), xmin=6.0, xmax=12.0, ymin=5.0, ymax=15.0), wire_box("pits")]
    data = decide(client, item, "correct", boxes=sent).json()
    first, second = data["boxes"]
    assert (first["decision"], first["proposed"]["xmin"], first["xmin"]) == ("corrected", 5.0, 6.0)
    assert second["origin"] == "human"


def test_rejecting_sends_the_image_back_to_people(client, item):
    data = decide(client, item, "reject").json()
    assert (data["boxes"], data["image_state"]) == ([], "unlabeled")


def test_a_correction_needs_its_boxes(client, item):
    answer = decide(client, item, "correct")
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_decision")
    assert decide(client, item, "correct", boxes=[]).status_code == 200


def test_the_second_of_two_decisions_is_a_conflict(client, item):
    assert decide(client, item, "accept").status_code == 200
    answer = decide(member_client(item.image.project, Role.REVIEWER), item, "reject", version=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_stale_decision_is_412_and_leaves_the_item_open(client, item):
    item.image.version = 3
    item.image.save(update_fields=["version"])
    answer = decide(client, item, "accept", version=2)
    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (412, "stale_version", 3)
    assert ReviewItem.objects.get().state == "open"


def test_a_wrong_box_is_named_and_leaves_the_item_open(client, item):
    answer = decide(client, item, "correct", boxes=[wire_box(xmax=1e6)])
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid_box", "xmax")
    assert ReviewItem.objects.get().state == "open"


@pytest.mark.parametrize(
    "data", [{"decision": "maybe", "version": 0}, {"version": 0}, {"decision": "accept", "version": "new"}]
)
def test_a_decision_that_does_not_exist_is_refused(client, item, data):
    answer = client.post(f"/api/images/{item.image_id}/decision/", data)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_deciding_is_a_reviewers(item):
    answer = decide(member_client(item.image.project), item, "accept")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
