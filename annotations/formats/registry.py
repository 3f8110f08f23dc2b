"""The dataset formats: one row each, read by the commands, REST, the export page, the docs and the tests.

To add a format, write a module with a `DatasetFormat` named `FORMAT` and add it to the list here.
"""

from __future__ import annotations

from annotations.formats import boxes_csv, coco, voc_dataset, yolo
from annotations.formats.dataset_format import Content, DatasetFormat

_rows: list[DatasetFormat] = [voc_dataset.FORMAT, coco.FORMAT, yolo.FORMAT, boxes_csv.FORMAT]


def register(row: DatasetFormat) -> None:
    """Add the format of another app, once, when that app starts. Raises ValueError for a name in use."""
    if any(row.name == other.name for other in _rows):
        raise ValueError(f"there is a format {row.name} already")
    _rows.append(row)


def formats() -> tuple[DatasetFormat, ...]:
    """Return all rows in the order in which people see them."""
    return tuple(_rows)


def named(name: str) -> DatasetFormat:
    """Return the format of this name. Raises KeyError."""
    return {row.name: row for row in _rows}[name]


def readable() -> tuple[DatasetFormat, ...]:
    """Return the formats that can be imported as an archive, in the order in which they are tried."""
    return tuple(row for row in _rows if row.reader)


def downloads(content: Content) -> tuple[DatasetFormat, ...]:
    """Return the formats that have an address in REST and take this content."""
    return tuple(row for row in _rows if row.file_name and row.content is content)
