"""Many images changed at once: what each verb does, what it refuses and why, and what it costs."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotations import bulk
from annotations.models import ImageState, Lease, ReviewItem, ReviewState, Role, Split
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_review_item, make_type, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def post(project, body: dict, *, role: Role = Role.ENGINEER):
    return member_client(project, role).post(f"/api/projects/{project.slug}/images/bulk/", body)


def hold(image, name: str = "max") -> None:
    until = timezone.now() + timedelta(minutes=1)
    Lease.objects.create(image=image, user=make_user(name), expires_at=until)


def test_a_split_moves_the_other_frames_of_the_part_along(project):
    left, right = make_image(project, part="P1"), make_image(project, part="P1")
    gone = make_image(project, part="P1", deleted_at=timezone.now())
    alone, other = make_image(project), make_image(project, part="P2")
    outcome = bulk.set_split(project, [left.pk, alone.pk], split=Split.TEST)
    assert (outcome.done, outcome.also, outcome.refused) == ([left.pk, alone.pk], [right.pk], [])
    in_test = set(project.images.filter(split=Split.TEST).values_list("pk", flat=True))
    assert in_test == {left.pk, right.pk, gone.pk, alone.pk}
    assert other.pk not in in_test


def test_only_what_is_named_is_written(project):
    image = make_image(project, lot="L1", line="A", part="P1")
    bulk.set_origin(project, [image.pk], lot="L2", line="")
    image.refresh_from_db()
    assert (image.lot, image.line, image.part) == ("L2", "", "P1")
    answer = post(project, {"ids": [image.pk], "action": "set_origin"})
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_to_set")


def test_images_that_get_a_part_take_its_split(project):
    make_image(project, part="P1", split=Split.TEST)
    one, two = make_image(project, split=Split.TRAIN), make_image(project, split=Split.TEST)
    outcome = bulk.set_origin(project, [one.pk, two.pk], part="P1")
    assert outcome.also == [one.pk]
    assert set(project.images.values_list("split", flat=True)) == {Split.TEST}
    fresh = [make_image(project, split=split).pk for split in Split.values]
    bulk.set_origin(project, fresh, part="P9")
    assert project.images.filter(part="P9").values("split").distinct().count() == 1


def test_images_that_are_sent_wait_for_a_reviewer_once(project):
    image, waiting, busy = make_image(project), make_image(project), make_image(project, "busy.png")
    make_box(image)
    make_review_item(waiting)
    hold(busy)
    ids = [image.pk, waiting.pk, busy.pk]
    answer = post(project, {"ids": ids, "action": "review", "detail": "Is this rust?"}, role=Role.INSPECTOR)
    assert answer.status_code == 200, answer.json()
    assert answer.json()["done"] == [image.pk]
    assert {row["code"] for row in answer.json()["refused"]} == {"in_review", "leased"}
    assert "busy.png: max works on it now" in str(answer.json()["refused"])
    item = ReviewItem.objects.get(image=image)
    assert (item.reason, item.detail, item.state) == ("help", "Is this rust?", ReviewState.OPEN)
    thread = image.comments.get()
    assert (thread.text, thread.needs_help, thread.number) == ("Is this rust?", True, 1)
    image.refresh_from_db()
    assert (image.state, image.box_count) == (ImageState.IN_REVIEW, 1)
    busy.refresh_from_db()
    assert busy.state == ImageState.UNLABELED


def test_images_of_other_projects_and_deleted_ones_are_refused_by_number(project):
    foreign, gone = make_image(make_project()), make_image(project, deleted_at=timezone.now())
    answer = post(project, {"ids": [foreign.pk, gone.pk], "action": "set_split", "split": "test"}).json()
    assert answer["done"] == []
    assert [row["code"] for row in answer["refused"]] == ["not_found", "not_found"]
    foreign.refresh_from_db()
    assert foreign.split == Split.TRAIN


def test_a_filter_is_worked_through_call_by_call(project, monkeypatch):
    monkeypatch.setattr("annotations.api.bulk.BATCH", 2)
    kind = make_type(project, "dents")
    images = [make_image(project, lot="L7") for _ in range(5)]
    for image in images:
        make_box(image, kind)
    make_image(project)
    chosen = {"filter": {"defect_type": "dents", "lot": ["L7"]}, "without": [images[0].pk]}
    done, after = [], None
    for _ in range(2):
        more = {"after": after} if after else {}
        answer = post(project, {**chosen, **more, "action": "set_origin", "line": "B"}).json()
        done, after = done + answer["done"], answer["after"]
    assert (done, after) == ([image.pk for image in images[1:]], None)
    assert project.images.filter(line="B").count() == 4


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"filter": {"colour": "red"}}, "invalid_filter"),
        ({"filter": {"split": "elsewhere"}}, "invalid_filter"),
        ({}, "invalid"),
        ({"ids": [1], "filter": {}}, "invalid"),
        ({"ids": ["x"]}, "invalid"),
        ({"ids": []}, "invalid"),
    ],
)
def test_a_choice_that_cannot_be_read_changes_nothing(project, chosen, code):
    image = make_image(project)
    answer = post(project, {**chosen, "action": "delete"})
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    image.refresh_from_db()
    assert image.deleted_at is None


@pytest.mark.parametrize(
    ("body", "role", "status"),
    [
        ({"action": "set_split", "split": "test"}, Role.REVIEWER, 403),
        ({"action": "delete"}, Role.REVIEWER, 403),
        ({"action": "restore"}, Role.REVIEWER, 403),
        ({"action": "set_split", "split": "test"}, Role.ENGINEER, 200),
        ({"action": "set_origin", "lot": "L"}, Role.INSPECTOR, 200),
        ({"action": "set_split"}, Role.ENGINEER, 400),
    ],
)
def test_what_a_role_may_do(project, body, role, status):
    assert post(project, {"ids": [make_image(project).pk], **body}, role=role).status_code == status


@pytest.mark.parametrize("action", ["set_split", "set_origin", "review", "delete"])
def test_a_verb_costs_the_same_for_many_images(project, django_assert_max_num_queries, action):
    ids = [make_image(project, part=f"P{n}").pk for n in range(12)]
    client = member_client(project, Role.ENGINEER)
    body = {"ids": ids, "action": action, "split": "test", "lot": "L"}
    with django_assert_max_num_queries(15):
        answer = client.post(f"/api/projects/{project.slug}/images/bulk/", body)
    assert len(answer.json()["done"]) == 12
