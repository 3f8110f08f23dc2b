import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.models import Image
from tests.api import member_client
from tests.factories import make_image, make_project, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


def file(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content)


def upload(project, *files, **data):
    return member_client(project).post(
        f"/api/projects/{project.slug}/images/", {"files": files, **data}, format="multipart"
    )


def test_many_files_go_in_at_once(project):
    answer = upload(project, file("a.png"), file("Walze 3 Ü.png"), file("c.png", png(mode="I;16")))
    assert answer.status_code == 201, answer.json()
    assert [row["name"] for row in answer.json()["images"]] == ["a.png", "Walze 3 Ü.png", "c.png"]
    assert answer.json()["failed"] == []
    assert [row["id"] for row in answer.json()["images"]] == list(project.images.values_list("pk", flat=True))


def test_what_is_known_of_all_is_kept_with_each(project):
    upload(project, file("a.png"), file("b.png"), part="P7", lot="L1", line="2", split="test")
    rows = set(project.images.values_list("part", "lot", "line", "split"))
    assert rows == {("P7", "L1", "2", "test")}
    assert project.images.first().uploaded_by is not None


def test_one_bad_file_stops_none_of_the_rest(project):
    answer = upload(project, file("a.png"), file("b.png", png()[:200]), file("c.png"))
    assert answer.status_code == 207
    assert [row["name"] for row in answer.json()["images"]] == ["a.png", "c.png"]
    (bad,) = answer.json()["failed"]
    assert bad["name"] == "b.png"
    assert "b.png" in bad["detail"]


def test_nothing_but_bad_files_is_400(project):
    answer = upload(project, file("a.png", b"not an image"), file("b.png", b""))
    assert answer.status_code == 400
    assert [row["name"] for row in answer.json()["failed"]] == ["a.png", "b.png"]
    assert answer.json()["code"] == answer.json()["failed"][0]["code"]
    assert not project.images.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("voc.png", b"<?xml version='1.0'?><annotation/>"),
        ("bomb.png", b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"),
        ("page.png", b"%PDF-1.7"),
        ("zeros.bmp", bytes(2000)),
    ],
)
def test_a_file_that_is_something_else_is_told_by_name(project, name, content):
    answer = upload(project, file(name, content))
    assert answer.status_code == 400
    assert name in answer.json()["failed"][0]["detail"]


def test_the_same_content_and_the_same_name_are_recognised(project):
    known = make_image(project, "a.png", content=png(seed=1))
    answer = upload(project, file("copy.png", png(seed=1)), file("a.png"))
    codes = {row["name"]: (row["code"], row["image"]) for row in answer.json()["failed"]}
    assert codes == {"copy.png": ("duplicate_image", known.pk), "a.png": ("name_taken", known.pk)}


def test_a_path_in_a_name_is_cut_off(project):
    upload(project, file("../../etc/passwd.png"))
    assert [image.name for image in project.images.all()] == ["passwd.png"]


@pytest.mark.parametrize("data", [{}, {"files": "text"}])
def test_a_call_without_files_is_told(project, data):
    answer = member_client(project).post(f"/api/projects/{project.slug}/images/", data, format="multipart")
    assert answer.status_code == 400
    assert "files" in answer.json()


def test_a_wrong_split_takes_nothing(project):
    answer = upload(project, file("a.png"), split="half")
    assert (answer.status_code, "split" in answer.json()) == (400, True)
    assert not Image.objects.exists()


def test_too_many_files_are_refused_with_a_sentence(project, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 2
    answer = upload(project, *(file(f"{name}.png") for name in "abc"))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_much")
    assert not Image.objects.exists()


def test_a_body_that_is_no_multipart_is_refused(project):
    answer = member_client(project).post(
        f"/api/projects/{project.slug}/images/", b"x", content_type="multipart/form-data; boundary="
    )
    assert answer.status_code == 400
    answer = member_client(project).post(f"/api/projects/{project.slug}/images/", {"files": []})
    assert answer.status_code == 415
