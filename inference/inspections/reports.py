"""The tables of an inspection: `log.csv`, a line per image, and `defects.csv`, a line per defect."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotations.atomic_files import atomic_write
from annotations.formats import csv_table
from annotations.formats.voc_document import number_text
from annotations.geometry import CORNERS, corners_of
from annotations.severity.from_grades import likely_grade
from inference.inspections.batch_inspection import Outcome
from inference.pipeline import Finding

# The original tool's columns: these two, then these six for every box.
LOG_COLUMNS = ("FileName", "BoxNum")
LOG_BOX_COLUMNS = ("Class", "Score", "ymin", "xmin", "ymax", "xmax")
DEFECT_COLUMNS = (
    "image",
    "defect_type",
    *CORNERS,
    "score",
    "severity",
    "grade",
    "grade_probabilities",
    "model",
    "grader",
)


def log_row(outcome: Outcome) -> list[object]:
    """Return the values of one image in log.csv; a file that failed has no BoxNum."""
    row: list[object] = [outcome.name, None if outcome.error else len(outcome.findings)]
    for finding in outcome.findings:
        row += [finding.class_name, round(finding.score, 4)]
        row += [round(side, 2) for side in (finding.ymin, finding.xmin, finding.ymax, finding.xmax)]
    return row


def write_log(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write `rows` of `log_row` under a header that is as wide as the widest of them."""
    boxes = max((len(row) - len(LOG_COLUMNS) for row in rows), default=0) // len(LOG_BOX_COLUMNS)
    write_csv(path, [*LOG_COLUMNS, *LOG_BOX_COLUMNS * boxes], rows)


def defect_row(name: str, finding: Finding, *, model: str) -> list[object]:
    """Return the values of one defect in defects.csv; the grade is the likely one, 1 = lightest."""
    probabilities = finding.grade_probabilities or ()
    return [
        name,
        finding.class_name,
        *(round(corner, 2) for corner in corners_of(finding)),
        round(finding.score, 4),
        None if finding.severity is None else round(finding.severity, 4),
        likely_grade(probabilities) if probabilities else None,
        " ".join(number_text(round(share, 4)) for share in probabilities),
        model,
        finding.grader_name,
    ]


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table in UTF-8 to `path`, which is whole or absent."""
    with atomic_write(path) as draft, draft.open("wb") as stream:
        stream.writelines(csv_table.lines(header, rows))
