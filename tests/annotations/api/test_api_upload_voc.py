import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.models import Role
from tests.api import member_client
from tests.factories import make_image, make_project, png

pytestmark = pytest.mark.django_db

BOX = "<bndbox><xmin>3</xmin><ymin>4.5</ymin><xmax>20</xmax><ymax>30</ymax></bndbox>"


def voc(name: str = "scratches", *, filename: str = "", size: str = "", box: str = BOX) -> bytes:
    head = f"<filename>{filename}</filename>{size}"
    return f"<annotation>{head}<object><name>{name}</name>{box}</object></annotation>".encode()


@pytest.fixture
def project():
    return make_project()


def upload(project, *files: tuple[str, bytes], role=Role.INSPECTOR):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return member_client(project, role).post(
        f"/api/projects/{project.slug}/images/", {"files": sent}, format="multipart"
    )


def test_an_annotation_labels_the_image_beside_it(project):
    answer = upload(project, ("a.xml", voc()), ("a.png", png()), ("b.png", png()))
    assert answer.status_code == 201, answer.json()
    image = project.images.get(name="a.png")
    assert answer.json()["annotations"] == [{"name": "a.xml", "id": image.pk, "boxes": 1}]
    box = image.boxes.get()
    assert (box.xmin, box.ymin, box.xmax, box.ymax) == (3, 4.5, 20, 30)
    assert (image.state, image.version, image.revisions.get().reason) == ("labeled", 1, "import")
    assert bytes(image.voc_source.document) == voc()


def test_an_annotation_may_come_later_and_name_its_image(project):
    image = make_image(project, "left.png")
    assert upload(project, ("0001.xml", voc(filename="left.png"))).status_code == 201
    assert image.boxes.count() == 1


def test_labels_that_are_there_are_never_replaced(project):
    make_image(project, "a.png")
    upload(project, ("a.xml", voc()))
    answer = upload(project, ("a.xml", voc("pits")))
    assert answer.status_code == 400
    assert answer.json()["failed"][0]["code"] == "conflict"
    assert project.images.get().boxes.get().defect_type.name == "scratches"


def test_only_an_engineers_file_brings_new_types(project):
    make_image(project, "a.png")
    answer = upload(project, ("a.xml", voc("rust")))
    assert answer.json()["failed"][0]["code"] == "annotation_refused"
    assert "rust" in answer.json()["failed"][0]["detail"]
    assert upload(project, ("a.xml", voc("rust")), role=Role.ENGINEER).status_code == 201
    assert project.defect_types.filter(name="rust").exists()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<annotation>", "well-formed"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><annotation>&a;</annotation>", "a.xml"),
        (voc(size="<size><width>10</width><height>10</height></size>"), "64 × 48"),
        (voc(box=BOX.replace("20", "2")), "bndbox"),
    ],
)
def test_a_bad_annotation_is_told_and_its_image_goes_in_unlabeled(project, content, word):
    answer = upload(project, ("a.xml", content), ("a.png", png()))
    assert answer.status_code == 207, answer.json()
    (bad,) = answer.json()["failed"]
    assert (bad["name"], bad["code"]) == ("a.xml", "annotation_refused")
    assert word in bad["detail"]
    assert project.images.get().state == "unlabeled"


def test_where_filename_names_nothing_the_stem_decides(project):
    assert upload(project, ("a.xml", voc(filename="gone.png")), ("a.png", png())).status_code == 201


def test_an_annotation_without_its_image_says_what_to_send(project):
    answer = upload(project, ("a.xml", voc()))
    assert "send it first" in answer.json()["failed"][0]["detail"]


def test_an_annotation_that_fits_two_images_is_refused(project):
    make_image(project, "a.png")
    make_image(project, "a.bmp")
    answer = upload(project, ("a.xml", voc()))
    assert "a.png and a.bmp" in answer.json()["failed"][0]["detail"]
