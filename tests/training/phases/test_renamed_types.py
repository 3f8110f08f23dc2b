"""A defect type that gets another name keeps its labels, its history and its models."""

import pytest

from annotations import projects
from annotations.labeling import boxes, wire
from annotations.models import Split
from tests.factories import make_image, make_project, make_user, wire_box
from training import snapshots

pytestmark = pytest.mark.django_db


def test_labels_from_before_the_renaming_still_train():
    project = make_project()
    image = make_image(project, split=Split.TRAIN)
    boxes.replace(image, wire.read_boxes(image, [wire_box("pits")]), version=0, user=make_user())
    projects.change_type(project.defect_types.get(name="pits"), name="craters")
    snapshot = snapshots.freeze(project)
    assert snapshot.class_names == ["scratches", "craters"]
    (labeled,) = snapshots.read(snapshot, Split.TRAIN)
    assert [box["defect_type"] for box in labeled.boxes] == ["craters"]


def test_a_round_that_froze_the_old_name_goes_on_with_it():
    project = make_project()
    image = make_image(project, split=Split.TRAIN)
    boxes.replace(image, wire.read_boxes(image, [wire_box("pits")]), version=0, user=make_user())
    snapshot = snapshots.freeze(project)
    projects.change_type(project.defect_types.get(name="pits"), name="craters")
    (labeled,) = snapshots.read(snapshot, Split.TRAIN)
    assert [box["defect_type"] for box in labeled.boxes] == ["pits"]


def test_a_version_from_before_the_renaming_can_be_restored():
    project = make_project()
    image = make_image(project)
    user = make_user()
    boxes.replace(image, wire.read_boxes(image, [wire_box("pits")]), version=0, user=user)
    boxes.replace(image, [], version=1, user=user)
    projects.change_type(project.defect_types.get(name="pits"), name="craters")
    boxes.restore(image, revision_version=1, version=2, user=user)
    assert image.boxes.get().defect_type.name == "craters"


def test_a_name_that_another_type_has_taken_means_the_other_type():
    project = make_project()
    projects.change_type(project.defect_types.get(name="pits"), name="craters")
    projects.add_type(project, name="pits")
    names = project.types_by_name()
    assert (names["pits"].name, names["craters"].name) == ("pits", "craters")
