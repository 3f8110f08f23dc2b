"""log.csv and defects.csv: exact columns, points, and cells that no spreadsheet runs."""

import csv

import numpy as np

from inference.inspections import reports
from inference.inspections.batch_inspection import Outcome
from inference.pipeline import Finding

PIXELS = np.zeros((4, 4), np.uint8)
PIT = Finding("pit", 1.5, 2.25, 10.0, 20.0, 0.875, (0.25, 0.75), "grader-r1", 0.8)
STAIN = Finding("stain", 0.0, 0.0, 3.0, 4.0, 0.5, severity=0.5)


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_log_has_the_original_tools_columns_repeated_for_every_box(tmp_path):
    outcomes = [
        Outcome("a.png", PIXELS, (PIT, STAIN)),
        Outcome("b.png", PIXELS, ()),
        Outcome("c.png", error="c.png: is damaged"),
    ]
    reports.write_log(tmp_path / "log.csv", [reports.log_row(outcome) for outcome in outcomes])
    assert read(tmp_path / "log.csv") == [
        ["FileName", "BoxNum", *["Class", "Score", "ymin", "xmin", "ymax", "xmax"] * 2],
        ["a.png", "2", "pit", "0.875", "2.25", "1.5", "20", "10", "stain", "0.5", "0", "0", "4", "3"],
        ["b.png", "0"],
        ["c.png", ""],
    ]


def test_log_without_any_box_has_two_columns(tmp_path):
    reports.write_log(tmp_path / "log.csv", [["a.png", "0"]])
    assert read(tmp_path / "log.csv") == [["FileName", "BoxNum"], ["a.png", "0"]]


def test_defects_have_a_line_each_with_severity_grade_and_models(tmp_path):
    rows = [reports.defect_row("a.png", finding, model="detector-r1") for finding in (PIT, STAIN)]
    reports.write_csv(tmp_path / "defects.csv", reports.DEFECT_COLUMNS, rows)
    header, pit, stain = read(tmp_path / "defects.csv")
    assert dict(zip(header, pit, strict=True)) == {
        "image": "a.png",
        "defect_type": "pit",
        "xmin": "1.5",
        "ymin": "2.25",
        "xmax": "10",
        "ymax": "20",
        "score": "0.875",
        "severity": "0.8",
        "grade": "2",
        "grade_probabilities": "0.25 0.75",
        "model": "detector-r1",
        "grader": "grader-r1",
    }
    assert stain[6:] == ["0.5", "0.5", "", "", "detector-r1", ""]


def test_a_name_that_a_spreadsheet_would_run_is_quoted(tmp_path):
    rows = [reports.log_row(Outcome(f"{start}cmd.png", PIXELS, ())) for start in "=+-@"]
    reports.write_log(tmp_path / "log.csv", rows)
    names = [row[0] for row in read(tmp_path / "log.csv")[1:]]
    assert names == ["'=cmd.png", "'+cmd.png", "'-cmd.png", "'@cmd.png"]
    row = reports.defect_row("a=b.png", Finding("=pit", 0.0, 0.0, 3.0, 4.0, 0.5), model="-model")
    reports.write_csv(tmp_path / "defects.csv", reports.DEFECT_COLUMNS, [row])
    values = read(tmp_path / "defects.csv")[1]
    assert (values[0], values[1], values[-2]) == ("a=b.png", "'=pit", "'-model")


def test_a_table_is_written_whole_or_not_at_all(tmp_path):
    def rows():
        yield ["1"]
        raise RuntimeError("the disk is full")

    try:
        reports.write_csv(tmp_path / "t.csv", ["a"], rows())
    except RuntimeError:
        assert list(tmp_path.iterdir()) == []
