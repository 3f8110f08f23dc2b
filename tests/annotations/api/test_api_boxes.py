import json

import pytest

from annotations.models import Origin
from tests.api import member_client
from tests.factories import make_box, make_image, make_project, make_type, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project(), width=100, height=80)


@pytest.fixture
def client(image):
    return member_client(image.project)


def put(client, image, boxes, version):
    return client.put(
        f"/api/images/{image.pk}/boxes/",
        json.dumps({"boxes": boxes}),
        content_type="application/json",
        headers={"If-Match": f'"{version}"'},
    )


def test_boxes_come_with_their_version_as_etag(client, image):
    answer = client.get(f"/api/images/{image.pk}/boxes/")
    assert answer.json() == {"version": 0, "boxes": []}
    assert answer["ETag"] == '"0"'


def test_what_was_put_comes_back_in_order(client, image):
    sent = [wire_box(xmin=1.25, truncated=True), wire_box("pits", pose="Left", ymax=80)]
    answer = put(client, image, sent, 0)
    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    got = client.get(f"/api/images/{image.pk}/boxes/").json()
    assert got["version"] == 1
    assert [{name: box[name] for name in sent[0]} for box in got["boxes"]] == sent


def test_a_caller_who_has_the_version_gets_304(client, image):
    for tag in ('"0"', 'W/"0"', '"7", "0"'):
        answer = client.get(f"/api/images/{image.pk}/boxes/", headers={"If-None-Match": tag})
        assert (answer.status_code, answer["ETag"]) == (304, '"0"')
    put(client, image, [], 0)
    answer = client.get(f"/api/images/{image.pk}/boxes/", headers={"If-None-Match": '"0"'})
    assert answer.status_code == 200


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"If-Match": ""}])
def test_a_write_without_its_version_is_428(client, image, headers):
    answer = client.put(f"/api/images/{image.pk}/boxes/", {"boxes": []}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


@pytest.mark.parametrize("tag", ['"new"', '"-1"', '"1.0"', '"99999999999999999999"', '"0", "1"'])
def test_a_version_that_is_no_number_is_400(client, image, tag):
    answer = client.put(f"/api/images/{image.pk}/boxes/", {"boxes": []}, headers={"If-Match": tag})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_version")


def test_the_second_of_two_writers_gets_412_with_what_is_there(client, image):
    first = wire_box()
    assert put(client, image, [first], 0).status_code == 200
    answer = put(member_client(image.project), image, [wire_box("pits")], 0)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["version"] == 1
    assert [box["id"] for box in answer.json()["boxes"]] == [first["id"]]
    kept = client.get(f"/api/images/{image.pk}/boxes/").json()
    assert [box["id"] for box in kept["boxes"]] == [first["id"]]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"xmax": 100.5}, "xmax"),
        ({"xmin": -1}, "xmin"),
        ({"xmin": 30.0}, "xmax"),
        ({"ymax": 5}, "ymax"),
        ({"ymin": "10"}, "ymin"),
        ({"xmin": None}, "xmin"),
        ({"xmax": 10**400}, "xmax"),
        ({"defect_type": "rust"}, "defect_type"),
        ({"defect_type": ["pits"]}, "defect_type"),
        ({"grade": 2}, "grade"),
        ({"id": "first"}, "id"),
        ({"id": "\ud800"}, "id"),
        ({"defect_type": "\ud800"}, "defect_type"),
        ({"difficult": "no"}, "difficult"),
        ({"pose": "x" * 61}, "pose"),
        ({"pose": "a\x00b"}, "pose"),
        ({"pose": "\ud800"}, "pose"),
    ],
)
def test_a_wrong_box_is_named_by_place_id_and_field(client, image, change, field):
    bad = wire_box() | change
    answer = put(client, image, [wire_box(), bad], 0)
    assert answer.status_code == 400
    error = answer.json()
    assert (error["code"], error["index"], error["field"]) == ("invalid_box", 1, field)
    assert error["box"] == bad["id"]
    assert field in error["detail"]
    assert client.get(f"/api/images/{image.pk}/boxes/").json() == {"version": 0, "boxes": []}


@pytest.mark.parametrize(
    "body", [[], {}, {"boxes": None}, {"boxes": {}}, {"boxes": [None]}, "boxes", 7, None]
)
def test_a_body_of_another_shape_is_refused(client, image, body):
    answer = client.put(
        f"/api/images/{image.pk}/boxes/",
        json.dumps(body),
        content_type="application/json",
        headers={"If-Match": '"0"'},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_box")


@pytest.mark.parametrize("text", ["{", '{"boxes": [NaN]}', "\xff"])
def test_broken_json_is_refused(client, image, text):
    answer = client.put(
        f"/api/images/{image.pk}/boxes/",
        text.encode("latin-1"),
        content_type="application/json",
        headers={"If-Match": '"0"'},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_one_id_twice_is_refused(client, image):
    box = wire_box()
    answer = put(client, image, [box, box], 0)
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid_box", "id")


def test_a_grade_of_the_type_is_kept_and_gives_the_severity(client, image):
    make_type(image.project, "dents", grades=4)
    put(client, image, [wire_box("dents", grade=3)], 0)
    (box,) = client.get(f"/api/images/{image.pk}/boxes/").json()["boxes"]
    assert (box["grade"], box["severity"]) == (3, 0.75)


def test_provenance_is_read_only_and_outlives_an_edit(client, image):
    proposed = {"proposed_xmin": 10.0, "proposed_ymin": 10.0, "proposed_xmax": 30.0, "proposed_ymax": 30.0}
    box = make_box(image, origin=Origin.MODEL, score=0.8, proposed_type="scratches", **proposed)
    sent = wire_box(id=str(box.uid), xmin=12.0, origin="human", score=1.0, model_name="me", decision="auto")
    assert put(client, image, [sent], 0).status_code == 200
    (got,) = client.get(f"/api/images/{image.pk}/boxes/").json()["boxes"]
    assert (got["origin"], got["score"], got["model_name"]) == ("model", 0.8, "round-1")
    assert (got["decision"], got["decided_by"]) == ("corrected", client.user.username)
    assert got["proposed"] == {
        "defect_type": "scratches", "xmin": 10.0, "ymin": 10.0, "xmax": 30.0, "ymax": 30.0
    }  # fmt: skip
    assert got["decided_at"]


def test_reading_boxes_costs_the_same_for_many(client, image, django_assert_num_queries):
    for index in range(20):
        make_box(image, "pits" if index % 2 else "scratches", decided_by=client.user)
    with django_assert_num_queries(7):  # session, user, image, role, version, boxes, grades
        assert len(client.get(f"/api/images/{image.pk}/boxes/").json()["boxes"]) == 20


def test_a_body_without_end_is_refused_before_it_is_read(client, image, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = put(client, image, [wire_box() for _ in range(10)], 0)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_much")
