"""The defects of all inspections as a table, a line per defect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from annotations.formats import csv_table
from annotations.formats.dataset_format import Content, DatasetFormat, Layout, Option
from inference.inspections.reports import DEFECT_COLUMNS


def write(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield the table; `rows` have the columns of `DEFECT_COLUMNS`."""
    return csv_table.lines(DEFECT_COLUMNS, rows)


FORMAT = DatasetFormat(
    name="defects",
    label="Table of inspected defects (CSV)",
    layout=Layout.FILE,
    content=Content.DEFECTS,
    write=write,
    file_name="defects.csv",
    media_type="text/csv; charset=utf-8",
    options=(Option.INSPECTION,),
    used_by="For quality reports: a line per defect that an inspection found, with score and severity.",
    keeps="type, box, score, severity, grade and the probabilities of all grades, model and grader",
    loses="images without a defect; the images are not in it",
)
