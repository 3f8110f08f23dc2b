"""CSV that a spreadsheet may open: points in numbers, ISO 8601 times, and no cell that runs as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from annotations.formats.voc_document import number_text

_RUNS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file whose one line is taken right after it was written."""

    def write(self, text: str) -> str:
        return text


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a table as CSV in UTF-8, line by line, ends `\\r\\n` (RFC 4180)."""
    writer = csv.writer(_Line())
    yield writer.writerow(header).encode()
    for row in rows:
        yield writer.writerow([cell(value) for value in row]).encode()


def cell(value: object) -> str:
    """Return the text of one cell: None is empty, truth is 0 or 1, a text that would run is quoted by '."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = str(value)
    return f"'{text}" if text.startswith(_RUNS) else text
