import csv
import io
import json
import zipfile

import pytest

from annotations.models import Split
from tests.api import member_client
from tests.factories import make_box, make_image, make_inspection, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    project = make_project()
    make_box(make_image(project, "a.png", lot="=1+1"), "pits", xmin=1.5)
    make_box(make_image(project, "b.png", split=Split.TEST), "scratches")
    make_image(project, "unlabeled.png")
    return project


def download(project, file: str):
    answer = member_client(project).get(f"/api/projects/{project.slug}/export/{file}")
    assert answer.status_code == 200
    assert answer.streaming
    name = file.partition("?")[0]
    assert answer["Content-Disposition"] == f'attachment; filename="{project.slug}-{name}"'
    return answer, b"".join(answer.streaming_content)


def names_in(content: bytes) -> list[str]:
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    return sorted(archive.namelist())


def rows_in(content: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_voc_is_an_archive_of_annotations(project):
    answer, content = download(project, "voc.zip")
    assert answer["Content-Type"] == "application/zip"
    assert names_in(content) == ["Annotations/a.xml", "Annotations/b.xml"]


def test_an_archive_may_hold_the_originals(project):
    assert "JPEGImages/a.png" in names_in(download(project, "voc.zip?images=1")[1])


def test_one_split_goes_out_alone(project):
    assert names_in(download(project, "voc.zip?split=test")[1]) == ["Annotations/b.xml"]
    document = json.loads(download(project, "coco.json?split=test")[1])
    assert [image["file_name"] for image in document["images"]] == ["b.png"]


def test_coco_is_one_json_document(project):
    answer, content = download(project, "coco.json")
    assert answer["Content-Type"] == "application/json"
    document = json.loads(content)
    assert (len(document["images"]), len(document["annotations"])) == (2, 2)
    assert [category["name"] for category in document["categories"]] == ["scratches", "pits"]


def test_yolo_has_a_label_for_each_image(project):
    names = names_in(download(project, "yolo.zip")[1])
    assert "data.yaml" in names
    assert sum(name.startswith("labels/") for name in names) == 2


def test_boxes_are_a_table_that_no_spreadsheet_runs(project):
    answer, content = download(project, "boxes.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    first, second = rows_in(content)
    assert (first["image"], first["defect_type"], float(first["xmin"])) == ("a.png", "pits", 1.5)
    assert first["lot"] == "'=1+1"
    assert second["image"] == "b.png"


def test_defects_of_all_inspections_are_one_table(project):
    first = make_inspection(project, images=2, defects=2)
    make_inspection(project)
    make_inspection(make_project())
    rows = rows_in(download(project, "defects.csv")[1])
    assert len(rows) == 5
    assert (rows[0]["image"], rows[0]["defect_type"], float(rows[0]["score"])) == (
        "part-0.png",
        "scratches",
        0.8,
    )
    assert len(rows_in(download(project, f"defects.csv?inspection={first.pk}")[1])) == 4


def test_a_project_without_labels_exports_a_whole_empty_file():
    project = make_project()
    assert rows_in(download(project, "boxes.csv")[1]) == []
    assert names_in(download(project, "voc.zip")[1]) == []
    assert json.loads(download(project, "coco.json")[1])["images"] == []


def test_an_unknown_split_or_file_is_refused(project):
    client = member_client(project)
    answer = client.get(f"/api/projects/{project.slug}/export/voc.zip?split=half")
    assert (answer.status_code, "split" in answer.json()) == (400, True)
    answer = client.get(f"/api/projects/{project.slug}/export/labels.xls", follow=True)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
