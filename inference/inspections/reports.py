"""The tables of an inspection: `log.csv`, a line per image, and `defects.csv`, a line per defect."""

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from annotations.formats.csv_table import cell
from annotations.severity.from_grades import likely_grade
from inference.inspections.batch_inspection import Outcome
from inference.pipeline import Finding

# The original tool's columns: these two, then these six for every box.
LOG_COLUMNS = ("FileName", "BoxNum")
LOG_BOX_COLUMNS = ("Class", "Score", "ymin", "xmin", "ymax", "xmax")
DEFECT_COLUMNS = (
    "image",
    "defect_type",
    "xmin",
    "ymin",
    "xmax",
    "ymax",
    "score",
    "severity",
    "grade",
    "grade_probabilities",
    "model",
    "grader",
)


def log_row(outcome: Outcome) -> list[str]:
    """Return the line of one image in log.csv; a file that failed has an empty BoxNum."""
    row = [cell(outcome.name), "" if outcome.error else str(len(outcome.findings))]
    for finding in outcome.findings:
        row += [cell(finding.class_name), _number(finding.score, 4)]
        row += [_number(side, 2) for side in (finding.ymin, finding.xmin, finding.ymax, finding.xmax)]
    return row


def write_log(path: Path, rows: Sequence[Sequence[str]]) -> None:
    """Write ROWS of `log_row` under a header that is as wide as the widest of them."""
    boxes = max((len(row) - len(LOG_COLUMNS) for row in rows), default=0) // len(LOG_BOX_COLUMNS)
    write_csv(path, [*LOG_COLUMNS, *LOG_BOX_COLUMNS * boxes], rows)


def defect_row(name: str, finding: Finding, *, model: str) -> list[str]:
    """Return the line of one defect in defects.csv; the grade is the likely one, 1 = lightest."""
    probabilities = finding.grade_probabilities or ()
    return [
        cell(name),
        cell(finding.class_name),
        *(_number(getattr(finding, side), 2) for side in ("xmin", "ymin", "xmax", "ymax")),
        _number(finding.score, 4),
        "" if finding.severity is None else _number(finding.severity, 4),
        str(likely_grade(probabilities)) if probabilities else "",
        " ".join(_number(share, 4) for share in probabilities),
        cell(model),
        cell(finding.grader_name),
    ]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a UTF-8 table beside PATH and rename it: PATH is whole or absent."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _number(value: float, places: int) -> str:
    """Return VALUE with a point and at most PLACES digits behind it."""
    return f"{value:.{places}f}".rstrip("0").rstrip(".")
