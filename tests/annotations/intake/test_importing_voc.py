"""A folder of images and VOC files comes into a project; bad files are named and stop nothing."""

import errno

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from annotations.imaging import previews
from annotations.intake import folder_import, imported_rows
from annotations.models import Box, Image, ImageState, Origin, Project, Revision, Split, ViewState, VocSource
from tests.annotations.formats.voc_files import obj, put
from tests.annotations.imaging.pictures import saved
from tests.factories import make_project, make_type, wire_box

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(previews, "request_views", lambda ids: True)
    return settings.MEDIA_ROOT


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "in"
    path.mkdir()
    return path


@pytest.fixture
def project():
    return make_project("neu", types=())


def reasons(report: folder_import.ImportReport) -> dict[str, str]:
    return {problem.path.name: problem.reason for problem in report.skipped}


def originals(media) -> int:
    return sum(path.is_file() for path in (media / "originals").rglob("*"))


def test_images_boxes_and_their_first_revision_are_written(project, folder):
    put(folder, "a.1.png", obj(pose="Left", difficult=True), obj("pit", (0, 0, 8.5, 8)))
    put(folder, "b.png")
    put(folder, "c.png", xml=False)
    report = folder_import.import_voc(project, folder)
    assert (report.images, report.labeled, report.boxes, report.skipped) == (3, 2, 2, [])
    image = Image.objects.get(name="a.1.png")
    assert (image.state, image.version, image.box_count) == (ImageState.LABELED, 1, 2)
    assert image.view_state == ViewState.PENDING
    first, second = image.boxes.all()
    assert (first.xmin, first.ymin, first.xmax, first.ymax) == (1, 2, 30, 40)
    assert (first.pose, first.difficult, first.origin) == ("Left", True, Origin.HUMAN)
    assert (second.defect_type.name, second.xmax) == ("pit", 8.5)
    revision = Revision.objects.get(image=image)
    assert (revision.version, revision.reason) == (1, "import")
    assert [box["id"] for box in revision.boxes] == [str(first.uid), str(second.uid)]
    assert default_storage.open(image.file.name).read() == (folder / "a.1.png").read_bytes()
    states = dict(Image.objects.values_list("name", "state"))
    assert states["b.png"] == ImageState.LABELED
    assert states["c.png"] == ImageState.UNLABELED


def test_unknown_classes_become_types_with_colors_and_keys(project, folder):
    put(folder, "a.png", obj("scratch"), obj("pit", grade=3))
    report = folder_import.import_voc(project, folder)
    assert report.new_types == ["pit", "scratch"]
    pit, scratch = project.defect_types.all()
    assert (pit.hotkey, scratch.hotkey) == ("p", "s")
    assert pit.color != scratch.color
    assert pit.graded
    assert [grade.level for grade in pit.grades.all()] == [1, 2, 3]
    assert Box.objects.get(defect_type=pit).grade == 3


def test_one_based_numbers_are_shifted_and_the_choice_is_kept(project, folder):
    put(folder, "a.png", obj(box=(1, 1, 64, 48)))
    report = folder_import.import_voc(project, folder, one_based=True)
    box = Box.objects.get()
    assert (box.xmin, box.ymin, box.xmax, box.ymax) == (0, 0, 64, 48)
    assert report.warnings == []
    assert VocSource.objects.get().one_based
    assert project.import_batches.get().one_based


def test_a_second_import_changes_nothing(project, folder, media):
    put(folder, "a.png", obj())
    put(folder, "b.png", xml=False)
    folder_import.import_voc(project, folder)
    report = folder_import.import_voc(project, folder, split=Split.TEST)
    assert (report.images, report.boxes, report.known, report.skipped) == (0, 0, 2, [])
    assert (Image.objects.count(), Box.objects.count(), Revision.objects.count()) == (2, 1, 1)
    assert project.import_batches.count() == 1
    assert originals(media) == 2


def test_a_changed_xml_is_reported_and_not_applied(project, folder):
    put(folder, "a.png", obj())
    folder_import.import_voc(project, folder)
    put(folder, "a.png", obj(box=(5, 5, 9, 9)))
    report = folder_import.import_voc(project, folder)
    assert reasons(report)["a.xml"].startswith("changed since its import; the boxes of a.png stay")
    assert Box.objects.get().xmax == 30


def test_an_unlabeled_image_gets_the_boxes_of_an_xml_that_came_later(project, folder):
    put(folder, "a.png", xml=False)
    folder_import.import_voc(project, folder)
    put(folder, "a.png", obj())
    report = folder_import.import_voc(project, folder)
    assert (report.known, report.completed, report.boxes) == (1, 1, 1)
    image = Image.objects.get()
    assert (image.state, image.version, image.box_count) == (ImageState.LABELED, 1, 1)


def test_an_xml_does_not_overwrite_what_a_person_labeled(project, folder):
    from annotations.labeling import boxes, wire

    make_type(project, "scratch")
    put(folder, "a.png", xml=False)
    folder_import.import_voc(project, folder)
    image = Image.objects.get()
    boxes.replace(image, wire.read_boxes(image, [wire_box("scratch")]), version=0, user=None)
    put(folder, "a.png", obj())
    assert reasons(folder_import.import_voc(project, folder)) == {
        "a.xml": "was not applied: a.png was labeled here"
    }
    assert Box.objects.get().xmax == 30.0


def test_the_split_can_be_set_and_is_else_chosen_by_the_pixels(project, folder):
    put(folder, "a.png", xml=False)
    folder_import.import_voc(project, folder, split=Split.CALIBRATION)
    assert Image.objects.get().split == Split.CALIBRATION


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ((30, 2, 1, 40), "annotation/object[2]/bndbox: is inverted: xmin is larger than xmax"),
        ((5, 5, 5, 9), "annotation/object[2]/bndbox: is empty: xmin equals xmax"),
        ((64, 5, 90, 9), "annotation/object[2]/bndbox: lies outside the image of 64 × 48 pixels"),
    ],
)
def test_a_bad_box_leaves_its_file_out_and_names_the_element(project, folder, media, box, reason):
    put(folder, "a.png", obj(), obj(box=box))
    put(folder, "b.png", obj())
    report = folder_import.import_voc(project, folder)
    assert reasons(report) == {"a.xml": reason}
    assert [image.name for image in Image.objects.all()] == ["b.png"]
    assert originals(media) == 1


def test_a_box_over_the_border_is_clipped_with_a_note(project, folder):
    put(folder, "a.png", obj(box=(-3, 5, 70, 40)))
    report = folder_import.import_voc(project, folder)
    box = Box.objects.get()
    assert (box.xmin, box.xmax) == (0, 64)
    assert "annotation/object[1]/bndbox: reaches beyond the image" in report.warnings[0].reason


def test_a_size_that_disagrees_with_the_image_is_named(project, folder):
    put(folder, "a.png", obj(), size=(640, 480))
    expected = "annotation/size: says 640 × 480, but a.png has 64 × 48 pixels"
    assert reasons(folder_import.import_voc(project, folder)) == {"a.xml": expected}


def test_files_that_are_no_images_are_named(project, folder):
    put(folder, "whole.png")
    (folder / "cut.png").write_bytes(
        saved(np.random.default_rng(3).integers(0, 256, (48, 64), np.uint8))[:500]
    )
    (folder / "words.png").write_bytes(b"<annotation/>")
    found = reasons(folder_import.import_voc(project, folder))
    assert set(found) == {"cut.png", "words.png"}
    assert found["cut.png"].startswith("is cut off or damaged")
    assert found["words.png"].startswith("is an XML file and not an image")


def test_two_files_of_one_name_or_of_one_content_are_named(project, folder):
    for part in ("one", "two"):
        (folder / part).mkdir()
    put(folder / "one", "a.png", xml=False, seed=1)
    put(folder / "two", "a.png", xml=False, seed=2)
    put(folder / "two", "b.png", xml=False, seed=1)
    report = folder_import.import_voc(project, folder)
    assert report.images == 1
    assert (
        reasons(report)["a.png"] == f"another image of this name is in {folder / 'one'}; rename one of them"
    )
    assert reasons(report)["b.png"] == f"is the same file as a.png in {folder / 'one'}"


def test_a_grade_that_a_known_type_lacks_is_named(project, folder):
    make_type(project, "scratch", grades=2)
    put(folder, "a.png", obj(grade=3))
    reason = reasons(folder_import.import_voc(project, folder))["a.xml"]
    assert reason.startswith("annotation/object[1]/grade: scratch has no grade 3 in this project")


def test_one_refused_row_does_not_take_its_batch_with_it(project, folder, media, monkeypatch):
    put(folder, "a.png", obj())
    put(folder, "b.png", obj("pit"))
    insert = imported_rows.insert

    def picky(files, **options):
        if any(file.image.name == "a.png" for file in files):
            raise DatabaseError("value too long")
        return insert(files, **options)

    monkeypatch.setattr(imported_rows, "insert", picky)
    report = folder_import.import_voc(project, folder)
    assert reasons(report) == {"a.png": "was refused by the database: value too long"}
    assert [image.name for image in Image.objects.all()] == ["b.png"]
    assert report.new_types == ["pit"]
    assert originals(media) == 1


def test_a_full_disk_is_named_for_each_file_and_leaves_nothing(project, folder, media, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("annotations.imaging.storage.os.fsync", full)
    put(folder, "a.png", obj())
    put(folder, "b.png", obj())
    report = folder_import.import_voc(project, folder)
    assert set(reasons(report)) == {"a.png", "b.png"}
    assert reasons(report)["a.png"].startswith("The disk is full")
    assert not any(path.is_file() for path in media.rglob("*"))
    assert not Image.objects.exists()


def test_stopping_by_hand_leaves_no_original_without_a_row(project, folder, media, monkeypatch):
    put(folder, "a.png", obj())

    def stopped(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(imported_rows, "insert", stopped)
    with pytest.raises(KeyboardInterrupt):
        folder_import.import_voc(project, folder)
    assert originals(media) == 0


def test_the_command_makes_the_project_and_ends_with_a_table(folder, capsys):
    put(folder, "a.png", obj())
    call_command("import_voc", "Hot strip", str(folder))
    shown = capsys.readouterr().out
    assert Project.objects.get().slug == "hot-strip"
    assert "boxes read" in shown
    assert "New defect types: scratch." in shown


def test_the_command_fails_after_its_table_when_a_file_was_skipped(project, folder, capsys):
    put(folder, "a.png", obj())
    (folder / "b.png").write_bytes(b"no picture")
    with pytest.raises(CommandError, match="1 files were skipped; the rest was imported"):
        call_command("import_voc", "neu", str(folder))
    assert "b.png    is not an image that Blemish can read" in capsys.readouterr().out


def test_the_command_says_that_thumbnails_wait_for_a_stopped_redis(project, folder, capsys, monkeypatch):
    monkeypatch.setattr(previews, "request_views", lambda ids: False)
    put(folder, "a.png", obj())
    call_command("import_voc", "neu", str(folder))
    assert (
        "Redis cannot be reached; thumbnails will be made when the worker starts." in capsys.readouterr().out
    )


def test_the_command_names_a_folder_that_is_none():
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("import_voc", "neu", "/no/such/folder")
