"""The demo command: a labeled half, an unlabeled half, logins, and nothing new the second time."""

import json

import pytest
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from annotations.models import Box, Image, ImageState, Project, Role, Split
from webapp.demo import project as demo
from webapp.demo import surfaces

pytestmark = pytest.mark.django_db


def make_demo(images: int = 24) -> Project:
    call_command("demo", images=images, verbosity=0)
    return Project.objects.get(slug="demo")


def test_the_older_half_is_labeled_and_the_rest_waits_in_the_train_split():
    project = make_demo()
    states = list(project.images.order_by("captured_at", "pk").values_list("state", flat=True))
    assert states == [ImageState.LABELED] * 13 + [ImageState.UNLABELED] * 11
    waiting = project.images.filter(state=ImageState.UNLABELED)
    assert set(waiting.values_list("split", flat=True)) == {Split.TRAIN}


def test_labels_equal_the_truth_that_is_drawn_again_from_the_name():
    project = make_demo()
    for image in project.images.filter(state=ImageState.LABELED):
        number = int(image.name.removesuffix(".png").rpartition("-")[2])
        _, defects = surfaces.make_numbered(number, seed=demo.SEED)
        boxes = list(image.boxes.order_by("position").select_related("defect_type"))
        assert [(b.defect_type.name, b.xmin, b.ymin, b.xmax, b.ymax) for b in boxes] == [
            (d.defect_type, d.xmin, d.ymin, d.xmax, d.ymax) for d in defects
        ]
        assert all(b.grade in (d.grade, None) for b, d in zip(boxes, defects, strict=True))
    assert Box.objects.filter(grade__isnull=False).exists()


def test_frames_of_one_part_share_a_split():
    project = make_demo()
    splits = {}
    for part, split in project.images.values_list("part", "split"):
        splits.setdefault(part, set()).add(split)
    assert all(len(values) == 1 for values in splits.values())


def test_a_second_run_adds_nothing_and_a_larger_one_adds_the_difference(capsys):
    make_demo(10)
    before = list(Image.objects.values_list("pk", "version"))
    make_demo(10)
    assert list(Image.objects.values_list("pk", "version")) == before
    assert "nothing was added" in capsys.readouterr().out
    make_demo(12)
    assert Image.objects.count() == 12


def test_the_logins_work_and_have_their_roles():
    project = make_demo(1)
    logins = json.loads((settings.VAR / "demo_logins.json").read_text())
    assert set(logins) == {"inspector", "reviewer", "engineer", "admin"}
    people = {name: authenticate(username=name, password=password) for name, password in logins.items()}
    assert people["admin"].is_superuser
    assert project.role_of(people["inspector"]) == Role.INSPECTOR
    assert project.role_of(people["reviewer"]) == Role.REVIEWER
    assert project.role_of(people["engineer"]) == Role.ENGINEER


def test_a_person_who_changed_the_password_keeps_it_and_is_not_printed():
    make_demo(1)
    user = get_user_model().objects.get(username="reviewer")
    user.set_password("something else")
    user.save()
    make_demo(1)
    assert authenticate(username="reviewer", password="something else")
    assert "reviewer" not in json.loads((settings.VAR / "demo_logins.json").read_text())


def test_another_project_of_that_name_is_left_alone():
    Project.objects.create(slug="demo", name="mine")
    with pytest.raises(CommandError, match="is not the demo"):
        make_demo(5)
    assert not Image.objects.exists()
