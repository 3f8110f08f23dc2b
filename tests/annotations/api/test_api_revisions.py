import pytest

from tests.api import member_client
from tests.factories import make_image, make_project, make_revision, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project())


@pytest.fixture
def client(image):
    return member_client(image.project)


@pytest.fixture
def saved(client, image):
    """Return the boxes of versions 1 and 2."""
    versions = [[wire_box()], [wire_box("pits"), wire_box()]]
    for version, boxes in enumerate(versions):
        client.put(f"/api/images/{image.pk}/boxes/", {"boxes": boxes}, headers={"If-Match": f'"{version}"'})
    return versions


def test_every_save_is_a_revision_with_author_and_reason(client, image, saved):
    rows = client.get(f"/api/images/{image.pk}/revisions/").json()
    assert [(row["version"], row["reason"], len(row["boxes"])) for row in rows] == [
        (2, "save", 2),
        (1, "save", 1),
    ]
    assert rows[0]["author"] == client.user.username
    assert rows[0]["created_at"]


def test_restoring_makes_a_new_revision(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 1}, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    assert [box["id"] for box in answer.json()["boxes"]] == [box["id"] for box in saved[0]]
    rows = client.get(f"/api/images/{image.pk}/revisions/").json()
    assert (len(rows), rows[0]["reason"]) == (3, "restore of version 1")


def test_version_0_brings_back_the_empty_image(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 0})
    assert answer.json()["boxes"] == []


def test_a_stale_restore_is_412(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 1}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["version"]) == (412, 2)


def test_an_unknown_revision_is_404(client, image, saved):
    answer = client.post(f"/api/images/{image.pk}/restore/", {"version": 9})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("data", [{}, {"version": "old"}, {"version": -1}, {"version": 10**30}])
def test_a_revision_that_is_no_number_is_named(client, image, data):
    answer = client.post(f"/api/images/{image.pk}/restore/", data)
    assert answer.status_code == 400
    assert "version" in answer.json()


def test_a_long_history_comes_in_parts_that_the_link_header_joins(client, image):
    for _ in range(7):
        make_revision(image, [wire_box(), wire_box()])
    found, url, asked = [], f"/api/images/{image.pk}/revisions/?boxes=0&page_size=3", 0
    while url:
        answer = client.get(url)
        found += answer.json()
        url = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
        asked += 1
    assert [row["version"] for row in found] == [7, 6, 5, 4, 3, 2, 1]
    assert {row["box_count"] for row in found} == {2}
    assert not any("boxes" in row for row in found)
    assert asked == 3


def test_the_light_list_reads_no_boxes_and_costs_the_same_for_many(client, image, django_assert_num_queries):
    for _ in range(5):
        make_revision(image, [wire_box()], author=client.user)
    with django_assert_num_queries(5) as queries:  # session, user, image, role, revisions
        client.get(f"/api/images/{image.pk}/revisions/?boxes=0")
    columns = queries[-1]["sql"].partition(" FROM ")[0]
    assert '"boxes",' not in columns.replace('JSON_ARRAY_LENGTH("annotations_revision"."boxes")', "")


def test_one_revision_comes_with_its_boxes(client, image, saved):
    row = client.get(f"/api/images/{image.pk}/revisions/1/").json()
    assert (row["version"], row["box_count"]) == (1, 1)
    assert [box["id"] for box in row["boxes"]] == [box["id"] for box in saved[0]]
    absent = client.get(f"/api/images/{image.pk}/revisions/9/")
    assert (absent.status_code, absent.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "asked", ["page_size=0", "page_size=9999", "before=-1", "before=old", "boxes=perhaps"]
)
def test_a_part_that_cannot_be_is_named(client, image, asked):
    answer = client.get(f"/api/images/{image.pk}/revisions/?{asked}")
    assert answer.status_code == 400
    assert asked.partition("=")[0] in answer.json()
