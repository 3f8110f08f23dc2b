"""A save that comes twice, late or without its answer counts once and overwrites nobody."""

import json
import uuid

import pytest

from annotations.models import Role
from tests.api import member_client
from tests.factories import make_image, make_project, make_review_item, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project(), width=100, height=80)


@pytest.fixture
def client(image):
    return member_client(image.project)


def put(client, image, boxes, version, **names):
    return client.put(
        f"/api/images/{image.pk}/boxes/",
        json.dumps({"boxes": boxes, **names}),
        content_type="application/json",
        headers={"If-Match": f'"{version}"'},
    )


def versions(client, image) -> list[int]:
    return [row["version"] for row in client.get(f"/api/images/{image.pk}/revisions/").json()]


def test_a_save_that_comes_twice_counts_once(client, image):
    boxes, name = [wire_box()], str(uuid.uuid4())
    assert put(client, image, boxes, 0, mutation=name).status_code == 200
    again = put(client, image, boxes, 0, mutation=name)
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert versions(client, image) == [1]


def test_the_same_boxes_again_are_no_conflict_even_without_a_name(client, image):
    boxes = [wire_box(), wire_box("pits")]
    put(client, image, boxes, 0)
    assert put(client, image, boxes[::-1], 0).status_code == 200
    assert versions(client, image) == [1]


def test_the_same_boxes_by_somebody_else_are_still_stale(client, image):
    boxes = [wire_box()]
    put(client, image, boxes, 0)
    answer = put(member_client(image.project), image, boxes, 0)
    assert answer.status_code == 412
    assert answer.json()["saved_by"] == client.user.username


def test_a_lost_answer_is_told_to_the_next_save(client, image):
    first, lost = wire_box(), str(uuid.uuid4())
    put(client, image, [first], 0, mutation=lost)
    moved = first | {"xmax": 40.0}
    answer = put(client, image, [moved], 0, mutation=str(uuid.uuid4()), unanswered=[lost])
    assert answer.status_code == 412
    applied = answer.json()["applied"]
    assert (applied["mutation"], applied["version"]) == (lost, 1)
    assert [box["xmax"] for box in applied["boxes"]] == [30.0]


def test_a_lost_answer_is_told_also_when_somebody_saved_on_top(client, image):
    first, lost = wire_box(), str(uuid.uuid4())
    put(client, image, [first], 0, mutation=lost)
    put(member_client(image.project), image, [first, wire_box("pits")], 1)
    answer = put(client, image, [first], 0, mutation=lost)
    assert answer.status_code == 412
    assert (answer.json()["version"], answer.json()["applied"]["version"]) == (2, 1)
    assert len(answer.json()["boxes"]) == 2


def test_a_name_of_somebody_elses_save_tells_nothing(client, image):
    name = str(uuid.uuid4())
    put(client, image, [wire_box()], 0, mutation=name)
    answer = put(member_client(image.project), image, [], 0, unanswered=[name])
    assert answer.status_code == 412
    assert "applied" not in answer.json()


def test_a_name_is_never_used_for_two_revisions(client, image):
    name = str(uuid.uuid4())
    put(client, image, [wire_box()], 0, mutation=name)
    assert put(client, image, [], 1, mutation=name).status_code == 200
    assert len(client.get(f"/api/images/{image.pk}/boxes/").json()["boxes"]) == 1
    assert versions(client, image) == [1]


@pytest.mark.parametrize(
    "names", [{"mutation": "first"}, {"unanswered": "first"}, {"unanswered": [str(uuid.uuid4())] * 101}]
)
def test_a_wrong_name_is_refused(client, image, names):
    answer = put(client, image, [], 0, **names)
    assert answer.status_code == 400
    assert set(names) <= set(answer.json())


def test_a_decision_that_comes_twice_counts_once():
    image = make_image(make_project())
    make_review_item(image)
    client = member_client(image.project, Role.REVIEWER)
    decision = {"decision": "accept", "version": 0, "mutation": str(uuid.uuid4())}
    answers = [client.post(f"/api/images/{image.pk}/decision/", decision) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["version"] for answer in answers] == [1, 1]
    late = client.post(f"/api/images/{image.pk}/decision/", decision | {"mutation": str(uuid.uuid4())})
    assert late.status_code == 409


def test_a_lease_says_how_long_it_lasts_and_which_types_there_are(client, image):
    first = client.put(f"/api/images/{image.pk}/lease/").json()
    assert 0 < first["seconds_left"] <= image.project.lease_seconds
    image.project.defect_types.filter(name="pits").update(archived=True)
    assert client.put(f"/api/images/{image.pk}/lease/").json()["types"] != first["types"]
    refused = member_client(image.project).put(f"/api/images/{image.pk}/lease/").json()
    assert 0 < refused["seconds_left"] <= image.project.lease_seconds
