"""Read the table of boxes that `boxes_csv` writes, or one with the same columns.

`image`, `defect_type` and the four sides are needed; grade, marks, pose and the image's size are read when
they are there. The other columns (who labeled, what a model proposed) are not taken.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import partial
from typing import Any

from annotations.formats.csv_table import text_of
from annotations.formats.labels import (
    MOST_BYTES,
    FileBox,
    FileLabels,
    Files,
    FormatError,
    Found,
    Pending,
    Reader,
    base_name,
    checked_name,
    checked_number,
    highest_grades,
)
from annotations.geometry import CORNERS

COLUMNS = ("image", "defect_type", *CORNERS)
_FLAGS = ("difficult", "truncated", "occluded")
_TRUTH = {"": False, "0": False, "1": True, "false": False, "true": True}
Row = Mapping[str, str]


def read(files: Files) -> Found:
    """Find the tables of boxes among `files`; each image of each is one item."""
    items: list[Pending] = []
    problems: list[FormatError] = []
    used: set[str] = set()
    for path, content in files.items():
        try:
            rows = _rows(path, content())
        except FormatError as error:
            problems.append(error)
            continue
        used.add(path)
        by_image: dict[str, list[tuple[int, Row]]] = {}
        for line, row in rows:
            name = text_of(row["image"] or "").strip()
            if not base_name(name):
                problems.append(FormatError(path, f"line {line}", "names no image"))
            else:
                by_image.setdefault(name, []).append((line, row))
        grades = highest_grades(pair for rows in by_image.values() for pair in _graded(rows))
        items += [
            Pending(path, partial(_labels, path, name, rows, grades)) for name, rows in by_image.items()
        ]
    return Found(recognised=bool(used), items=items, problems=problems, used=frozenset(used))


def _rows(source: str, data: bytes) -> list[tuple[int, Row]]:
    """Return the rows with the number of their last line. Raises FormatError for what is no such table."""
    if len(data) > MOST_BYTES:
        raise FormatError(
            source, "", f"has {len(data):,} bytes; at most {MOST_BYTES:,} are read, so split it"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(source, "", "is not UTF-8; save it as CSV in UTF-8") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        header = reader.fieldnames or []
        if missing := [name for name in COLUMNS if name not in header]:
            separated = (
                " Its cells are separated by ; and must be by commas." if ";" in "".join(header) else ""
            )
            reason = f"is not a table of boxes: it has no column {', '.join(missing)}.{separated}"
            raise FormatError(source, "line 1", reason)
        return [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise FormatError(source, f"line {reader.line_num}", f"is not well-formed CSV ({error})") from error


def _labels(source: str, name: str, rows: list[tuple[int, Row]], grades: Mapping[str, int]) -> FileLabels:
    first, row = rows[0]
    return FileLabels(
        source=source,
        place=f"line {first}",
        image=name.replace("\\", "/"),
        width=_size(source, f"line {first}", row.get("width")),
        height=_size(source, f"line {first}", row.get("height")),
        boxes=tuple(_box(source, f"line {line}", row) for line, row in rows),
        grades=grades,
    )


def _size(source: str, where: str, text: str | None) -> int | None:
    return int(checked_number(text, source, where)) or None if text else None


def _box(source: str, where: str, row: Row) -> FileBox:
    if None in row.values() or None in row:
        raise FormatError(source, where, "has more or fewer cells than the header")
    flags = {flag: _truth(source, where, flag, row.get(flag, "")) for flag in _FLAGS}
    sides = {side: checked_number(row[side], source, f"{where}, {side}") for side in CORNERS}
    values: dict[str, Any] = flags | sides
    return FileBox(
        place=where,
        type_name=checked_name(text_of(row["defect_type"]), source, f"{where}, defect_type"),
        grade=_grade(row.get("grade", "")),
        pose=text_of(row["pose"]) if "pose" in row else "Unspecified",
        **values,
    )


def _truth(source: str, where: str, name: str, text: str) -> bool:
    if text.strip().lower() not in _TRUTH:
        raise FormatError(source, f"{where}, {name}", f"{text[:40]!r} is neither 0 nor 1")
    return _TRUTH[text.strip().lower()]


def _grade(text: str | None) -> int | None:
    """Return a grade from 1; anything else, as another tool may write it, is none."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 4 and int(text) > 0 else None


def _graded(rows: list[tuple[int, Row]]) -> list[tuple[str, int | None]]:
    """Return the pairs of type and grade of the rows, to find the highest."""
    return [(text_of(row["defect_type"] or "").strip(), _grade(row.get("grade"))) for _, row in rows]


READER = Reader(
    claims=lambda path: path.lower().endswith(".csv"),
    read=read,
    needs="a table with the columns of boxes.csv; the images beside it, or in the project",
)
