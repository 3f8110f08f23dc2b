"""A VOC export gives back what was imported, with what people changed and nothing else."""

import io
import zipfile
from pathlib import Path

import pytest

from annotations import exports
from annotations.formats import voc, voc_dataset
from annotations.imaging import previews
from annotations.intake import folder_import
from annotations.labeling import boxes, wire
from annotations.models import Image, ImageState
from tests.annotations.formats.voc_files import put
from tests.annotations.imaging.pictures import STEPS, saved
from tests.factories import make_box, make_image, make_project, make_type, make_user

pytestmark = pytest.mark.django_db

DOCUMENT = """<?xml version="1.0"?>
<annotation verified="yes">
\t<filename>strip.7.png</filename>
\t<tool>old</tool>
\t<object>
\t\t<name>scratch</name>
\t\t<bndbox><xmin>-2.50</xmin><ymin>07</ymin><xmax>30.0</xmax><ymax>40</ymax></bndbox>
\t\t<shade>dark</shade>
\t</object>
\t<object>
\t\t<name>pit</name>
\t\t<difficult>1</difficult>
\t\t<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>
\t</object>
</annotation>
"""


@pytest.fixture(autouse=True)
def media(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(previews, "request_views", lambda ids: True)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "in"
    path.mkdir()
    put(path, "strip.7.png", xml=False)
    (path / "label 1.xml").write_text(DOCUMENT)
    return path


def voc_entries(project, **options):
    return voc_dataset.entries(exports.dataset(project, voc_dataset.FORMAT, **options))


def exported(project, **options) -> dict[str, str]:
    return {Path(e.path).name: e.data.decode() for e in voc_entries(project, **options) if not e.open}


def edited(image, user=None, **changes) -> None:
    """Save IMAGE as the page does, with the boxes at these places changed, or None to delete one."""
    listed = wire.boxes_to_wire(image)
    wanted = []
    for place, box in enumerate(listed["boxes"]):
        change = changes.get(f"box_{place}", {})
        if change is not None:
            wanted.append({**box, **change})
    wanted += changes.get("more", [])
    boxes.replace(image, wire.read_boxes(image, wanted), version=listed["version"], user=user or make_user())


@pytest.fixture(params=[False, True], ids=["as they are", "one-based"])
def image(request, folder):
    project = make_project("neu", types=())
    report = folder_import.import_voc(project, folder, one_based=request.param)
    assert report.skipped == []
    return project.images.get()


def test_an_untouched_image_gives_its_file_back_byte_for_byte_under_its_name(image):
    assert exported(image.project) == {"label 1.xml": DOCUMENT}


def test_a_save_without_a_change_changes_nothing(image):
    edited(image)
    assert exported(image.project) == {"label 1.xml": DOCUMENT}


def test_one_moved_side_changes_one_number_and_leaves_the_clipped_one(image):
    edited(image, box_0={"xmax": 31.5})
    assert exported(image.project)["label 1.xml"] == DOCUMENT.replace("30.0", "31.5")


def test_a_moved_first_side_is_written_in_the_convention_of_the_file(image):
    shift = 1 if image.voc_source.one_based else 0
    edited(image, box_1={"xmin": 4.0})
    assert exported(image.project)["label 1.xml"] == DOCUMENT.replace("<xmin>1<", f"<xmin>{4 + shift}<")


def test_a_changed_type_and_flag_keep_everything_else(image):
    make_type(image.project, "stain")
    edited(image, box_1={"defect_type": "stain", "difficult": False})
    expected = DOCUMENT.replace(">pit<", ">stain<").replace("<difficult>1", "<difficult>0")
    assert exported(image.project)["label 1.xml"] == expected


def test_deleted_and_new_boxes_leave_and_join_at_their_places(image):
    new = {
        **wire.boxes_to_wire(image)["boxes"][1],
        "id": "6d1c7c54-5b0e-4f67-9f3b-0d8f4a2f2a11",
        "xmax": 20.0,
    }
    edited(image, box_0=None, more=[new])
    annotation = voc.read(exported(image.project)["label 1.xml"].encode())
    assert [(obj.name, obj.xmax) for obj in annotation.objects] == [("pit", 9), ("pit", 20)]
    assert annotation.verified


def test_a_box_that_was_deleted_and_restored_finds_its_object_again(image):
    edited(image, box_0=None)
    boxes.restore(Image.objects.get(pk=image.pk), revision_version=1, version=2, user=make_user())
    assert exported(image.project) == {"label 1.xml": DOCUMENT}


def test_an_image_without_xml_gets_a_fresh_document_in_labelimg_s_layout():
    image = make_image(make_project("steel", types=("pit",)), "a.b.png")
    make_box(image, xmax=30.5, grade=None)
    assert exported(image.project)["a.b.xml"] == (
        "<annotation>\n\t<folder>steel</folder>\n\t<filename>a.b.png</filename>\n\t<source>\n"
        "\t\t<database>Unknown</database>\n\t</source>\n\t<size>\n\t\t<width>64</width>\n"
        "\t\t<height>48</height>\n\t\t<depth>1</depth>\n\t</size>\n\t<segmented>0</segmented>\n\t<object>\n"
        "\t\t<name>pit</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n"
        "\t\t<difficult>0</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>10</xmin>\n\t\t\t<ymin>10</ymin>\n"
        "\t\t\t<xmax>30.5</xmax>\n\t\t\t<ymax>30</ymax>\n\t\t</bndbox>\n\t</object>\n</annotation>\n"
    )


def test_only_decided_images_of_the_split_go_out():
    project = make_project()
    for state in ImageState:
        make_image(project, f"{state}.png", state=state)
    make_image(project, "other.png", state=ImageState.LABELED, split="test")
    make_image(project, "gone.png", state=ImageState.LABELED, deleted_at="2026-01-01T00:00:00Z")
    assert set(exported(project)) == {"labeled.xml", "auto_labeled.xml", "other.xml"}
    assert set(exported(project, split="test")) == {"other.xml"}


def test_images_of_one_stem_get_files_of_their_own():
    project = make_project()
    for name in ("a.png", "a.jpg", "A.bmp"):
        make_image(project, name, state=ImageState.LABELED)
    assert set(exported(project)) == {"a.xml", "a.jpg.xml", "A.bmp.xml"}


def test_the_archive_is_whole_and_holds_the_originals_when_asked():
    content = saved(STEPS)
    image = make_image(make_project(), "ä.png", content=content, state=ImageState.LABELED)
    pieces = list(exports.chunks(image.project, "voc", with_images=True))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert archive.testzip() is None
    assert archive.namelist() == ["Annotations/ä.xml", "JPEGImages/ä.png"]
    assert archive.read("JPEGImages/ä.png") == content


def test_the_queries_do_not_grow_with_the_images(django_assert_num_queries):
    project = make_project()
    for _ in range(5):
        make_box(make_image(project, state=ImageState.LABELED))
    with django_assert_num_queries(5):
        assert len(list(voc_entries(project))) == 5


def test_neu_det_comes_back_in_every_byte(neu_det, tmp_path):
    project = make_project("neu-det", types=())
    report = folder_import.import_voc(project, neu_det)
    assert (report.images, report.boxes, report.skipped) == (1440, 3317, [])
    back = exported(project)
    originals = {path.name: path.read_text() for path in (neu_det / "annotations").glob("*.xml")}
    assert back == originals
