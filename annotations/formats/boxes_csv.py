"""All boxes of a project as one table: a line per box, with its image and its whole provenance."""

from __future__ import annotations

from collections.abc import Iterator

from annotations.formats import boxes_csv_reading, csv_table
from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout
from annotations.formats.records import BOX_FIELDS

_IMAGE_FIELDS = ("split", "state", "part", "lot", "line", "captured_at", "width", "height")
_COLUMNS = {
    "uid": "box",
    "type_name": "defect_type",
    "round_number": "round",
    "decided_by_name": "decided_by",
    "created_by_name": "created_by",
}
HEADER = ("image", *_IMAGE_FIELDS, *(_COLUMNS.get(name, name) for name in BOX_FIELDS))


def write(dataset: Dataset) -> Iterator[bytes]:
    """Yield the table, a line at a time; an image without a box has no line."""
    rows = (
        [record.name, *(getattr(record, name) for name in _IMAGE_FIELDS), *(box[name] for name in BOX_FIELDS)]
        for record in dataset.records
        for box in record.boxes
    )
    return csv_table.lines(HEADER, rows)


FORMAT = DatasetFormat(
    name="csv",
    label="Table of boxes (CSV)",
    layout=Layout.FILE,
    write=write,
    reader=boxes_csv_reading.READER,
    file_name="boxes.csv",
    media_type="text/csv; charset=utf-8",
    used_by="For spreadsheets and statistics: a line per box with its image, grade, decision and model.",
    keeps="boxes, types, grades, marks, pose, split, part, lot and line, who labeled, what a model proposed",
    loses="images without a defect; the images are not in it",
)
