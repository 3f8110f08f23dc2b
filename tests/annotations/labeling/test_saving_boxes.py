"""A save compares the version, keeps what is known of each box and leaves a revision."""

import uuid

import pytest
from rest_framework.exceptions import NotFound

from annotations.errors import InvalidBox, StaleVersion
from annotations.labeling import boxes, wire
from annotations.models import Decision, Image, ImageState, Origin, ProposedBox, ReviewState
from tests.factories import (
    make_image,
    make_project,
    make_proposal,
    make_review_item,
    make_type,
    make_user,
    wire_box,
)

pytestmark = pytest.mark.django_db


def save(image: Image, *items: dict, user=None, **options) -> Image:
    """Save ITEMS from the version that IMAGE shows."""
    user = user or make_user()
    return boxes.replace(
        image, wire.read_boxes(image, list(items)), version=image.version, user=user, **options
    )


def test_a_save_raises_the_version_and_keeps_the_order_of_the_boxes():
    image = make_image(make_project())
    first, second = wire_box(xmin=1.5), wire_box("pits")
    save(image, second, first)
    image.refresh_from_db()
    assert (image.version, image.state, image.box_count) == (1, ImageState.LABELED, 2)
    assert [box["id"] for box in wire.boxes_to_wire(image)["boxes"]] == [second["id"], first["id"]]


def test_a_stale_save_changes_nothing_and_tells_what_is_there_now():
    image = make_image(make_project())
    stale = Image.objects.get(pk=image.pk)
    mine, theirs = wire_box(), wire_box("pits")
    save(image, theirs)
    with pytest.raises(StaleVersion) as caught:
        save(stale, mine)
    assert caught.value.extra["version"] == 1
    assert [box["id"] for box in caught.value.extra["boxes"]] == [theirs["id"]]
    assert [str(box.uid) for box in image.boxes.all()] == [theirs["id"]]
    assert image.revisions.count() == 1


def test_a_save_to_a_deleted_image_says_so():
    image = make_image(make_project())
    Image.objects.filter(pk=image.pk).update(deleted_at="2026-01-01T00:00Z")
    with pytest.raises(NotFound, match="deleted"):
        save(image, wire_box())


def test_saving_again_keeps_rows_and_drops_only_what_is_gone():
    image = make_image(make_project())
    kept, gone = wire_box(), wire_box()
    save(image, kept, gone)
    row = image.boxes.get(uid=kept["id"])
    save(image, {**kept, "xmax": 44.0})
    assert [(box.pk, box.xmax) for box in image.boxes.all()] == [(row.pk, 44.0)]


def test_every_revision_keeps_the_whole_list():
    image = make_image(make_project())
    first, second = wire_box(), wire_box("pits")
    save(image, first)
    save(image, first, second)
    save(image)
    lists = {revision.version: [box["id"] for box in revision.boxes] for revision in image.revisions.all()}
    assert lists == {1: [first["id"]], 2: [first["id"], second["id"]], 3: []}


def test_restoring_a_version_makes_a_new_one_with_its_boxes():
    image = make_image(make_project())
    user = make_user()
    first = wire_box()
    save(image, first)
    save(image)
    boxes.restore(image, revision_version=1, version=2, user=user)
    assert image.version == 3
    assert [str(box.uid) for box in image.boxes.all()] == [first["id"]]
    assert image.revisions.get(version=3).reason == "restore of version 1"


def test_restoring_an_unknown_version_is_refused():
    image = make_image(make_project())
    with pytest.raises(NotFound, match="version 7"):
        boxes.restore(image, revision_version=7, version=0, user=make_user())


@pytest.mark.parametrize(
    ("change", "decision"),
    [
        ({}, Decision.ACCEPTED),
        ({"xmax": 12.5}, Decision.CORRECTED),
        ({"defect_type": "pits"}, Decision.CORRECTED),
    ],
)
def test_a_proposed_box_keeps_what_was_proposed_through_an_edit(change, decision):
    image = make_image(make_project())
    proposed = make_proposal(image).boxes.get()
    user = make_user()
    save(image, {**wire.proposed_to_wire(proposed), **change}, user=user)
    box = image.boxes.get()
    assert (box.origin, box.model_name, box.score) == (Origin.MODEL, "round-1", 0.4)
    assert (box.proposed_type, box.proposed_xmin, box.proposed_xmax) == ("scratches", 5.0, 11.0)
    assert (box.decision, box.decided_by) == (decision, user)
    assert ProposedBox.objects.get().decision == decision


def test_a_proposed_box_that_a_person_leaves_out_counts_as_rejected():
    image = make_image(make_project())
    make_proposal(image, scores=(0.4, 0.7))
    save(image, wire_box())
    assert set(ProposedBox.objects.values_list("decision", flat=True)) == {Decision.REJECTED}
    assert image.boxes.get().origin == Origin.HUMAN


def test_a_deleted_model_box_comes_back_with_its_provenance():
    image = make_image(make_project())
    item = wire.proposed_to_wire(make_proposal(image).boxes.get())
    save(image, item)
    save(image)
    boxes.restore(image, revision_version=1, version=2, user=make_user())
    assert image.boxes.get().model_name == "round-1"


def test_a_label_makes_the_open_review_pointless():
    image = make_image(make_project())
    item = make_review_item(image)
    save(image, wire_box())
    item.refresh_from_db()
    assert item.state == ReviewState.WITHDRAWN


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": "seven"}, "id"),
        ({"defect_type": "unheard of"}, "defect_type"),
        ({"xmin": "1"}, "xmin"),
        ({"xmin": float("nan")}, "xmin"),
        ({"xmin": True}, "xmin"),
        ({"xmin": -0.5}, "xmin"),
        ({"xmax": 64.5}, "xmax"),
        ({"xmax": 10.0}, "xmax"),
        ({"ymin": 30.0}, "ymax"),
        ({"grade": 2}, "grade"),
        ({"difficult": 1}, "difficult"),
        ({"pose": "x" * 61}, "pose"),
    ],
)
def test_a_wrong_box_is_refused_with_its_place_and_field(change, field):
    image = make_image(make_project())
    with pytest.raises(InvalidBox) as caught:
        wire.read_boxes(image, [wire_box(), {**wire_box(), **change}])
    assert (caught.value.extra["index"], caught.value.extra["field"]) == (1, field)
    assert "Box 2" in str(caught.value)


def test_a_grade_must_exist_in_its_type():
    project = make_project(types=())
    make_type(project, "scratch", grades=3)
    image = make_image(project)
    assert wire.read_boxes(image, [wire_box("scratch", grade=3)])[0].grade == 3
    with pytest.raises(InvalidBox, match="no grade of scratch"):
        wire.read_boxes(image, [wire_box("scratch", grade=4)])


def test_one_id_twice_is_refused():
    image = make_image(make_project())
    box = wire_box(id=str(uuid.uuid4()))
    with pytest.raises(InvalidBox, match="twice"):
        wire.read_boxes(image, [box, box])
