"""CSV for spreadsheets: a point in numbers, ISO 8601 times, and no cell that runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from annotations.formats.voc_document import number_text

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Returned:
    """A file for `csv.writer`, which returns what `write` returns: the text of the row."""

    def write(self, text: str) -> str:
        return text


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a table as CSV in UTF-8, row by row; `cell` writes the values of `rows`.

    A row ends with `\\r\\n` (RFC 4180).
    """
    writer = csv.writer(_Returned())
    yield writer.writerow(header).encode()
    for row in rows:
        yield writer.writerow([cell(value) for value in row]).encode()


def cell(value: object) -> str:
    """Return the text of one cell.

    None becomes an empty text, a truth value 0 or 1, a number its shortest form with a point, a time ISO 8601
    in UTC. A text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = str(value)
    return f"'{text}" if _runs(text) else text


def text_of(cell: str) -> str:
    """Return the text that `cell` made this cell of."""
    return cell[1:] if cell.startswith("'") and _runs(cell[1:]) else cell


def _runs(text: str) -> bool:
    """Return whether a text would run as a formula, also behind quotes, which `text_of` must tell apart."""
    return text.lstrip("'").startswith(_FORMULA_STARTS)
