"""The registry is complete: every format can be found by command and REST, and says what people need."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from annotations.formats import registry
from annotations.formats.dataset_format import Content, Dataset, Layout, Option
from annotations.imaging.gray_window import default_window

ROWS = registry.formats()
EMPTY = Dataset(
    name="Steel",
    slug="steel",
    class_names=("pit",),
    records=(),
    window=default_window(8),
    open_file=open,
)


def test_the_formats_of_both_apps_are_registered_those_of_the_labels_first():
    names = [row.name for row in ROWS]
    assert names[:4] == ["voc", "coco", "yolo", "csv"]
    assert names[-2:] == ["tfrecord", "defects"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_people_need_to_know(row):
    assert all([row.label, row.used_by, row.keeps, row.loses])
    assert row.used_by.endswith(".")
    assert registry.named(row.name) is row
    assert bool(row.file_name) == bool(row.media_type) == (row.layout is not Layout.FOLDER)
    assert (Option.INSPECTION in row.options) == (row.content is Content.DEFECTS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.file_name], ids=lambda row: row.name)
def test_a_row_with_a_file_name_has_an_address_in_rest(row):
    address = reverse(f"api:export-{row.file_name}", args=["steel"])
    assert address == f"/api/projects/steel/export/{row.file_name}"


@pytest.mark.parametrize("row", [row for row in ROWS if row.file_name], ids=lambda row: row.name)
def test_a_format_without_content_is_a_whole_file(row):
    content = EMPTY if row.content is Content.LABELS else []
    assert b"".join(row.chunks(content))


def test_a_format_that_fills_a_folder_is_not_sent_as_a_file():
    with pytest.raises(ValueError, match="tfrecord is written into a folder"):
        registry.named("tfrecord").chunks(EMPTY)


def test_the_command_offers_every_format_and_says_what_each_writes(capsys):
    with pytest.raises(SystemExit):
        call_command("export", "--help")
    text = " ".join(capsys.readouterr().out.split())
    assert "{" + ",".join(row.name for row in ROWS) + "}" in text
    for row in ROWS:
        assert f"{row.name} ({row.label})" in text
    names = {layout: ", ".join(row.name for row in ROWS if row.layout is layout) for layout in Layout}
    assert (
        f"a file ({names[Layout.FILE]}), a new folder or *.zip ({names[Layout.ARCHIVE]}), "
        f"a new folder ({names[Layout.FOLDER]})"
    ) in text


def test_a_name_is_used_once():
    with pytest.raises(ValueError, match="there is a format voc already"):
        registry.register(registry.named("voc"))
