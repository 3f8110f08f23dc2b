"""The command `inspect`: drawings, log.csv, defects.csv and the exit status."""

import csv
import io

import numpy as np
import PIL.Image
import pytest
from django.core.management import CommandError, call_command

from tests.factories import make_project
from tests.inference.tiny_models import make_inspecting_project

pytestmark = pytest.mark.django_db


def save(path, brightness: int, *, size=(100, 50)) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    PIL.Image.fromarray(np.full(size[::-1], brightness, np.uint8)).save(path)


def read(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def inspect(project, folder, out, **options) -> str:
    text = io.StringIO()
    call_command("inspect", project.slug, str(folder), out=out, stdout=text, **options)
    return text.getvalue()


def test_a_folder_gives_drawings_a_log_and_the_defects(tmp_path):
    project = make_inspecting_project()
    save(tmp_path / "in" / "a.png", 204)
    save(tmp_path / "in" / "line 2" / "b.bmp", 10)
    save(tmp_path / "in" / "c.tif", 255, size=(64, 32))
    (tmp_path / "in" / "notes.txt").write_text("no image")
    text = inspect(project, tmp_path / "in", tmp_path / "out")
    assert read(tmp_path / "out" / "log.csv") == [
        ["FileName", "BoxNum", "Class", "Score", "ymin", "xmin", "ymax", "xmax"],
        ["a.png", "1", "pit", "0.8", "5", "20", "25", "60"],
        ["c.tif", "1", "pit", "1", "3.2", "12.8", "16", "38.4"],
        ["line 2/b.bmp", "0"],
    ]
    header, first, second = read(tmp_path / "out" / "defects.csv")
    assert header[:2] == ["image", "defect_type"]
    assert first == [
        "a.png",
        "pit",
        "20",
        "5",
        "60",
        "25",
        "0.8",
        "0.84",
        "2",
        "0.2 0.8",
        "tiny-detector",
        "tiny-grader",
    ]
    assert second[0] == "c.tif"
    drawings = tmp_path / "out" / "draw"
    drawn = sorted(path.relative_to(drawings).as_posix() for path in drawings.rglob("*.*"))
    assert drawn == ["a.png", "c.tif.png", "line 2/b.bmp"]
    assert "3 images, 2 defects by tiny-detector; 0 failed" in text


def test_the_threshold_and_the_most_boxes_are_kept(tmp_path):
    project = make_inspecting_project()
    save(tmp_path / "in" / "a.png", 204)
    inspect(project, tmp_path / "in", tmp_path / "low", threshold=0.2)
    assert read(tmp_path / "low" / "log.csv")[1][1] == "2"
    inspect(project, tmp_path / "in", tmp_path / "one", threshold=0.2, max_boxes=1)
    assert read(tmp_path / "one" / "log.csv")[1][1] == "1"
    inspect(project, tmp_path / "in", tmp_path / "high", threshold=0.9)
    assert read(tmp_path / "high" / "log.csv")[1][1] == "0"


def test_a_bad_file_fails_the_command_after_the_rest_is_written(tmp_path):
    project = make_inspecting_project()
    save(tmp_path / "in" / "b.png", 204)
    (tmp_path / "in" / "a.png").write_bytes(b"no image at all")
    with pytest.raises(CommandError, match=r"1 of 2 images could not be inspected:\na\.png: "):
        inspect(project, tmp_path / "in", tmp_path / "out")
    log = read(tmp_path / "out" / "log.csv")
    assert [row[:2] for row in log[1:]] == [["a.png", ""], ["b.png", "1"]]


def test_results_inside_of_the_folder_are_not_inspected_again(tmp_path):
    project = make_inspecting_project()
    save(tmp_path / "a.png", 204)
    inspect(project, tmp_path, tmp_path / "out")
    assert "1 images" in inspect(project, tmp_path, tmp_path / "out")


def test_what_is_missing_is_told(tmp_path):
    project = make_project()
    with pytest.raises(CommandError, match="is not a folder"):
        inspect(project, tmp_path / "nowhere", tmp_path / "out")
    with pytest.raises(CommandError, match="holds no image"):
        inspect(project, tmp_path, tmp_path / "out")
    save(tmp_path / "a.png", 0)
    with pytest.raises(CommandError, match="no promoted detector yet"):
        inspect(project, tmp_path, tmp_path / "out")
    with pytest.raises(CommandError, match="must be from 0 to 1"):
        inspect(project, tmp_path, tmp_path / "out", threshold=3)
    assert not (tmp_path / "out").exists()
