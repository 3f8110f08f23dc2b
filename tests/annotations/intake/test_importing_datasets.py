"""Zip archives of COCO, YOLO and our CSV: the boxes go to their images, and what is wrong is named."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations import exports
from annotations.formats import registry
from annotations.geometry import CORNERS
from annotations.intake import archives
from annotations.models import Archive, ImageState, JobState, Role, VocSource
from tests.annotations.intake.test_unpacking_archives import reasons, receive, unpack, zipped
from tests.api import member_client
from tests.factories import make_box, make_image, make_member, make_project, make_type, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def coco(images=(("a.png", 1),), annotations=({},), categories=("scratches", "pits")) -> bytes:
    document = {
        "images": [{"id": number, "file_name": name} for name, number in images],
        "annotations": [
            {"id": n, "image_id": 1, "category_id": 1, "bbox": [3, 4, 17, 26], **entry}
            for n, entry in enumerate(annotations)
        ],
        "categories": [{"id": n, "name": name} for n, name in enumerate(categories, start=1)],
    }
    return json.dumps(document).encode()


YOLO = {
    "data.yaml": b"names: {0: scratches, 1: pits}\n",
    "labels/train/a.txt": b"1 0.5 0.5 0.25 0.5\n\n0 0.1 0.1 0.1 0.1\n",
}
CSV = b"image,defect_type,xmin,ymin,xmax,ymax,grade\r\na.png,scratches,3,4,20,30,\r\na.png,pits,1,1,5,5,\r\n"


def boxes_of(project, name: str = "a.png") -> list[tuple]:
    boxes = project.images.get(name=name).boxes.order_by("position")
    return [(box.defect_type.name, *(getattr(box, side) for side in CORNERS)) for box in boxes]


def test_coco_boxes_go_to_the_images_of_the_archive_as_a_first_revision(project):
    content = zipped(("annotations/instances.json", coco([("train/a.png", 1), ("b.png", 2)])),
                     ("images/train/a.png", png()), ("images/b.png", png()))  # fmt: skip
    archive = unpack(project, content)
    assert (archive.state, archive.failures) == (JobState.DONE, [])
    assert (archive.added, archive.annotated, archive.members_total) == (2, 2, 4)
    assert boxes_of(project) == [("scratches", 3.0, 4.0, 20.0, 30.0)]
    image = project.images.get(name="a.png")
    revision = image.revisions.get()
    assert (image.state, image.version, image.box_count) == (ImageState.LABELED, 1, 1)
    assert (revision.reason, revision.author, image.boxes.get().origin) == (
        "import",
        archive.uploaded_by,
        "human",
    )
    assert image.boxes.get().created_by == archive.uploaded_by
    assert not VocSource.objects.exists()
    # An image that the file lists without boxes is one without defects.
    assert project.images.get(name="b.png").state == ImageState.LABELED


def test_coco_boxes_go_to_images_that_the_project_has_already(project):
    make_image(project, "a.png")
    archive = unpack(project, zipped(("result.json", coco())))
    assert (archive.annotated, archive.refused) == (1, 0)
    assert len(boxes_of(project)) == 1


def test_yolo_shares_become_pixels_by_the_class_names(project):
    archive = unpack(project, zipped(*YOLO.items(), ("images/train/a.png", png(64, 48))))
    assert (archive.added, archive.annotated, archive.failures) == (1, 1, [])
    assert boxes_of(project) == [
        ("pits", 24.0, 12.0, 40.0, 36.0),
        ("scratches", pytest.approx(3.2), pytest.approx(2.4), pytest.approx(9.6), pytest.approx(7.2)),
    ]


@pytest.mark.parametrize(
    "names",
    [
        {"classes.txt": b"scratches\npits\n"},
        {"obj.names": b"scratches\r\npits", "obj.data": b"classes = 2", "train.txt": b"data/a.png"},
        {"data.yaml": b"nc: 2\nnames: ['scratches', 'pits']", "classes.txt": b"scratches\npits"},
    ],
    ids=["Label Studio", "CVAT", "both"],
)
def test_yolo_class_names_come_in_the_files_of_other_tools(project, names):
    labels = {"obj_train_data/a.txt": b"1 .5 .5 .5 .5", "obj_train_data/a.png": png()}
    archive = unpack(project, zipped(*names.items(), *labels.items()))
    assert (archive.annotated, archive.failures) == (1, [])
    assert boxes_of(project)[0][0] == "pits"


def test_a_table_of_boxes_is_taken(project):
    archive = unpack(project, zipped(("boxes.csv", CSV), ("a.png", png())))
    assert (archive.annotated, archive.failures) == (1, [])
    assert boxes_of(project) == [("scratches", 3.0, 4.0, 20.0, 30.0), ("pits", 1.0, 1.0, 5.0, 5.0)]


@pytest.mark.parametrize("row", registry.readable(), ids=lambda row: row.name)
def test_what_a_project_exports_another_one_imports(row, project):
    make_type(project, "=graded", grades=3)
    for name, kind, grade in (("a.png", "=graded", 2), ("b.png", "pits", None)):
        make_box(make_image(project, name), kind, grade=grade, xmin=0.0, xmax=64.0, ymin=0.25, ymax=48.0)
    content = b"".join(exports.chunks(project, row.name, with_images=True))
    if not row.file_name.endswith(".zip"):
        content = zipped((row.file_name, content))
    members = zipfile.ZipFile(io.BytesIO(content)).namelist()
    other = make_project(types=())
    if not any(name.endswith(".png") for name in members):
        for image in project.images.all():
            make_image(other, image.name, content=image.file.read())
    archive = unpack(other, content)
    assert (archive.annotated, archive.failures) == (2, [])
    for name in ("a.png", "b.png"):
        (before,), (now,) = boxes_of(project, name), boxes_of(other, name)
        assert now[0] == before[0]
        assert now[1:] == pytest.approx(before[1:], abs=1e-6)
    graded = other.images.get(name="a.png").boxes.get()
    assert graded.grade == (None if row.name == "yolo" else 2)
    again = unpack(other, content)
    assert (again.annotated, again.refused) == (0, 0)


@pytest.mark.parametrize("labels", [{"a.json": coco()}, YOLO, {"b.csv": CSV}], ids=["coco", "yolo", "csv"])
def test_what_is_here_already_is_counted_and_not_refused(project, labels):
    content = zipped(*labels.items(), ("a.png", png()))
    unpack(project, content)
    again = unpack(project, content)
    assert (again.added, again.annotated, again.known, again.refused) == (0, 0, 2, 0)


def test_labels_of_people_stay(project):
    make_box(make_image(project, "a.png"), "pits")
    archive = unpack(project, zipped(("a.json", coco())))
    assert reasons(archive)["a.json"] == "lot.zip, a.json: a.png has labels already; they stay as they are."
    assert [box[0] for box in boxes_of(project)] == ["pits"]


def test_a_bad_annotation_leaves_its_image_alone_and_stops_no_other(project):
    annotations = [{"bbox": [3, 4, -1, 2]}, {"image_id": 2}, {"image_id": 9}]
    document = coco([("a.png", 1), ("b.png", 2)], annotations)
    archive = unpack(project, zipped(("x.json", document), ("a.png", png()), ("b.png", png())))
    told = [row["detail"] for row in archive.failures]
    assert told == [
        "lot.zip, x.json: annotations[2]: its image_id 9 is not in images",
        "lot.zip, x.json: a.png: annotations[0]: is inverted: xmin is larger than xmax",
    ]
    assert (archive.added, archive.annotated, archive.refused) == (2, 1, 2)
    assert project.images.get(name="a.png").state == ImageState.UNLABELED


def test_a_size_that_is_not_the_images_is_refused(project):
    make_image(project, "a.png")
    images = [{"id": 1, "file_name": "a.png", "width": 640, "height": 480}]
    archive = unpack(
        project, zipped(("x.json", json.dumps(json.loads(coco()) | {"images": images}).encode()))
    )
    assert archive.failures[0]["detail"].endswith("says 640 × 480, but a.png has 64 × 48 pixels")


def test_types_that_are_missing_are_made_for_engineers_alone(project):
    content = zipped(("x.json", coco(categories=["dents"])), ("a.png", png()))
    archive = unpack(project, content, user=make_member(project, Role.INSPECTOR))
    assert reasons(archive)["x.json"] == (
        "lot.zip, x.json: a.png: this project has no type dents; an engineer can add it or send this."
    )
    assert not project.defect_types.filter(name="dents").exists()
    assert unpack(project, content).annotated == 1
    assert project.defect_types.filter(name="dents").exists()


def test_an_image_is_known_by_its_content_and_not_by_its_name_alone(project):
    make_image(project, "a.png")  # another image of the name
    content = zipped(("x.json", coco([("one/a.png", 1), ("two/b.png", 2)], [{}, {"image_id": 2}])),
                     ("one/a.png", png()), ("two/b.png", png()))  # fmt: skip
    archive = unpack(project, content)
    assert [row["code"] for row in archive.failures] == ["name_taken", "annotation_refused"]
    assert archive.failures[1]["detail"] == "lot.zip, x.json: its image one/a.png was not taken."
    assert project.images.get(name="a.png").state == ImageState.UNLABELED
    assert len(boxes_of(project, "b.png")) == 1


def test_two_images_of_one_name_need_their_folders(project):
    content = zipped(("x.json", coco([("a.png", 1)])), ("one/a.png", png()), ("two/a.png", png()))
    archive = unpack(project, content)
    assert "a.png fits one/a.png and two/a.png; rename one of them." in archive.failures[-1]["detail"]


def test_of_two_formats_one_is_taken_and_the_other_is_named(project):
    content = zipped(("x.json", coco()), ("b.csv", CSV), ("a.png", png()), ("readme.txt", b"hello"))
    archive = unpack(project, content)
    assert len(boxes_of(project)) == 1
    assert reasons(archive) == {
        "b.csv": "lot.zip, b.csv: the archive holds COCO and Table of boxes (CSV) labels; those of COCO are "
        "taken. Send it again and say which format is meant to take the others.",
        "readme.txt": "lot.zip, readme.txt: it is not part of the COCO labels of this archive and was not "
        "read.",
    }


def test_the_sender_says_which_format_is_meant(project):
    content = zipped(("x.json", coco()), ("b.csv", CSV), ("a.png", png()))
    archive = unpack(project, content, format="csv")
    assert len(boxes_of(project)) == 2
    assert "it is not part of the Table of boxes (CSV) labels" in reasons(archive)["x.json"]


def test_a_format_that_is_not_there_ends_the_work_with_what_it_needs(project):
    archive = unpack(project, zipped(("a.png", png()), ("data.json", b"{}")), format="coco")
    assert archive.state == JobState.FAILED
    assert "lot.zip: holds no COCO labels (data.json: is JSON, but not COCO" in archive.error
    assert "They need a JSON file with images, annotations and categories" in archive.error


def test_files_that_are_no_labels_are_refused_and_the_images_go_in(project):
    content = zipped(("broken.json", b"{"), ("x.csv", b"a;b\n"), ("a.png", png()))
    archive = unpack(project, content)
    assert archive.added == 1
    assert "is not well-formed JSON" in reasons(archive)["broken.json"]
    assert "it has no column image, defect_type" in reasons(archive)["x.csv"]


def test_yolo_labels_without_class_names_say_what_is_missing(project):
    archive = unpack(project, zipped(("labels/a.txt", b"0 .5 .5 .5 .5"), ("a.png", png())))
    assert "add data.yaml, classes.txt or obj.names" in reasons(archive)["labels/a.txt"]
    assert project.images.get().state == ImageState.UNLABELED


def test_the_labels_of_one_file_are_given_in_turns(project):
    names = [f"{n}.png" for n in range(4)]
    document = coco(
        [(name, n) for n, name in enumerate(names, start=1)], [{"image_id": n} for n in range(1, 5)]
    )
    for name in names:
        make_image(project, name)
    archive = receive(project, zipped(("x.json", document)))
    assert archives.run(archive.pk, seconds=-1)
    Archive.objects.filter(pk=archive.pk).update(members_done=2)
    assert not archives.run(archive.pk)
    archive.refresh_from_db()
    assert (archive.members_total, archive.members_done, archive.annotated) == (4, 4, 2)


def test_rest_takes_the_format_of_an_archive_and_refuses_an_unknown_one(project):
    client = member_client(project, Role.ENGINEER)
    address = f"/api/projects/{project.slug}/images/"

    def send(form: str):
        upload = SimpleUploadedFile("lot.zip", zipped(("x.json", coco()), ("a.png", png())))
        return client.post(address, {"files": [upload], "format": form}, format="multipart")

    assert send("xml").status_code == 400
    answer = send("coco")
    assert answer.status_code == 201
    archive = Archive.objects.get(pk=answer.json()["archives"][0]["id"])
    assert archive.metadata["format"] == "coco"
    archives.run(archive.pk)
    assert len(boxes_of(project)) == 1
    # The format is not known of an image that is sent by itself.
    picture = SimpleUploadedFile("b.png", png())
    assert client.post(address, {"files": [picture], "format": "coco"}, format="multipart").status_code == 201


def test_bounds_on_what_is_read_at_once(project, monkeypatch):
    monkeypatch.setattr("annotations.intake.archive_contents.MOST_PLANNED_BYTES", 100)
    archive = unpack(project, zipped(("x.json", coco()), ("a.png", png())))
    assert archive.state == JobState.FAILED
    assert "its annotation files have more than 100 bytes; send it in parts" in archive.error
