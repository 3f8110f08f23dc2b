"""COCO, YOLO and CSV exports hold every box with exact numbers."""

import csv
import io
import json

import pytest

from annotations import exports
from annotations.formats import yolo
from annotations.formats.csv_table import cell
from annotations.formats.yolo import data_yaml
from annotations.models import Decision, ImageState, Origin
from tests.factories import make_box, make_image, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    project = make_project(types=("=cmd|calc", "pit"))
    first = make_image(project, "ä.png", split="calibration", part="P-1")
    make_box(first, "pit", xmin=1.5, ymin=2.0, xmax=33.5, ymax=26.0, difficult=True)
    make_box(
        first,
        "=cmd|calc",
        origin=Origin.MODEL,
        score=0.875,
        decision=Decision.ACCEPTED,
        decided_by=make_user("anna"),
        decided_at="2026-02-03T04:05:06Z",
        proposed_type="pit",
        proposed_xmin=9.0,
    )
    make_image(project, "clean.png", state=ImageState.LABELED)
    make_image(project, "unlabeled.png")
    return project


def yolo_entries(project, **options):
    return yolo.entries(exports.dataset(project, yolo.FORMAT, **options))


def test_coco_holds_images_boxes_and_types(project):
    document = json.loads(b"".join(exports.chunks(project, "coco")))
    assert [image["file_name"] for image in document["images"]] == ["ä.png", "clean.png"]
    assert document["categories"] == [{"id": 1, "name": "=cmd|calc"}, {"id": 2, "name": "pit"}]
    first, second = document["annotations"]
    assert (first["id"], second["id"]) == (1, 2)
    assert first["image_id"] == document["images"][0]["id"]
    assert (first["bbox"], first["area"], first["category_id"]) == ([1.5, 2.0, 32.0, 24.0], 768.0, 2)
    assert (first["ignore"], first["attributes"]["difficult"]) == (1, True)


def test_an_empty_project_is_valid_coco():
    document = json.loads(b"".join(exports.chunks(make_project(types=()), "coco")))
    assert (document["images"], document["annotations"], document["categories"]) == ([], [], [])


def test_pycocotools_reads_the_document(project, tmp_path):
    coco = pytest.importorskip("pycocotools.coco")
    path = tmp_path / "coco.json"
    path.write_bytes(b"".join(exports.chunks(project, "coco")))
    assert len(coco.COCO(str(path)).anns) == 2


def test_yolo_holds_shares_by_split_and_empty_files_for_clean_images(project):
    entries = {entry.path: entry.data.decode() for entry in yolo_entries(project)}
    assert entries["labels/val/ä.txt"].splitlines() == [
        "1 0.27343750 0.29166667 0.50000000 0.50000000",
        "0 0.31250000 0.41666667 0.31250000 0.41666667",
    ]
    assert entries["labels/train/clean.txt"] == ""
    assert 'names:\n  0: "=cmd|calc"\n  1: "pit"\n' in entries["data.yaml"]


def test_yolo_images_keep_the_stem_of_their_label(project):
    paths = [entry.path for entry in yolo_entries(project, with_images=True)]
    assert paths == [
        "labels/val/ä.txt",
        "images/val/ä.png",
        "labels/train/clean.txt",
        "images/train/clean.png",
        "data.yaml",
    ]


def test_yolo_without_types_is_valid():
    assert data_yaml([]).endswith("names: {}\n")


def test_csv_has_a_line_per_box_with_its_provenance(project):
    text = b"".join(exports.chunks(project, "csv")).decode()
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["image"], first["part"], first["xmin"], first["ymax"]) == ("ä.png", "P-1", "1.5", "26")
    assert (first["origin"], first["score"], first["decided_at"]) == ("human", "", "")
    assert (second["origin"], second["model_name"], second["score"]) == ("model", "round-1", "0.875")
    assert (second["decided_by"], second["decided_at"]) == ("anna", "2026-02-03T04:05:06Z")
    assert (second["proposed_type"], second["proposed_xmin"]) == ("pit", "9")


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(project):
    text = b"".join(exports.chunks(project, "csv")).decode()
    assert ",'=cmd|calc," in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-x", "'-x"),
        ("@SUM", "'@SUM"),
        ("\tx", "'\tx"),
        (-1.5, "-1.5"),
        (-3, "-3"),
        (2.0, "2"),
        (None, ""),
        (True, "1"),
        ("plain", "plain"),
    ],
)
def test_numbers_stay_numbers_and_only_texts_are_quoted(value, text):
    assert cell(value) == text
