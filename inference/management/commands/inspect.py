"""`inspect PROJECT DIR --out OUT`: run the promoted models over a folder of images."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from annotations.atomic_files import atomic_write
from annotations.errors import BlemishError
from annotations.management.console import find_project, table
from inference.inspections import drawing, reports
from inference.inspections.batch_inspection import DEFAULT_THRESHOLD, Outcome, Source, examine
from inference.model_folders import BrokenModel
from inference.pipeline import Pipeline

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
DRAWN_AS_THEY_ARE = {".png", ".jpg", ".jpeg", ".bmp"}


class Command(BaseCommand):
    help = "Find and grade the defects on a folder of images; writes OUT/draw/*, log.csv and defects.csv."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("dir", type=Path, help="folder of images, with its subfolders")
        parser.add_argument("--out", type=Path, required=True, help="folder for the results; made if missing")
        parser.add_argument("--model", default="", help="name of a detector (default: the promoted one)")
        parser.add_argument("--threshold", type=float, default=DEFAULT_THRESHOLD, help="least score, 0 to 1")
        parser.add_argument("--max-boxes", type=int, default=100, help="most defects on one image")

    def handle(self, *args, **options) -> None:
        threshold, max_boxes = options["threshold"], options["max_boxes"]
        if not 0 <= threshold <= 1:
            raise CommandError(f"--threshold must be from 0 to 1, not {threshold:g}.")
        if max_boxes < 1:
            raise CommandError("--max-boxes must be at least 1.")
        project = find_project(options["project"])
        paths = find_images(options["dir"], out=options["out"])
        try:
            pipeline = Pipeline.load(project, model_name=options["model"])
        except (BlemishError, BrokenModel) as error:
            raise CommandError(str(error)) from error
        sources: list[Source] = [(name, _opener(path)) for name, path in paths]
        outcomes = examine(pipeline, sources, threshold=threshold, max_boxes=max_boxes)
        bar = tqdm(outcomes, total=len(sources), desc="Inspecting", unit="image")
        colors = dict(project.defect_types.values_list("name", "color"))
        try:
            failed = self._write(bar, options["out"], model=pipeline.model.name, colors=colors)
        except OSError as error:
            raise CommandError(f"The results cannot be written to {options['out']}: {error}") from error
        if failed:
            lines = "\n".join(failed)
            raise CommandError(f"{len(failed)} of {len(sources)} images could not be inspected:\n{lines}")

    def _write(self, outcomes: Iterator[Outcome], out: Path, *, model: str, colors: dict) -> list[str]:
        """Write everything that `outcomes` say; return the sentences of the files that failed."""
        log, defects, failed, worst = [], [], [], []
        (out / "draw").mkdir(parents=True, exist_ok=True)
        for outcome in outcomes:
            log.append(reports.log_row(outcome))
            if outcome.error:
                failed.append(outcome.error)
                continue
            defects += [
                reports.defect_row(outcome.name, finding, model=model) for finding in outcome.findings
            ]
            worst.append((outcome.name, len(outcome.findings), outcome.severity))
            save_drawing(out / "draw" / drawn_name(outcome.name), outcome, colors)
        reports.write_log(out / "log.csv", log)
        reports.write_csv(out / "defects.csv", reports.DEFECT_COLUMNS, defects)
        worst.sort(key=lambda row: -1.0 if row[2] is None else row[2], reverse=True)
        self.stdout.write(table(("worst images", "defects", "severity"), worst[:10]))
        self.stdout.write(
            f"{len(worst)} images, {len(defects)} defects by {model}; {len(failed)} failed. See {out}."
        )
        return failed


def find_images(folder: Path, *, out: Path) -> list[tuple[str, Path]]:
    """Return (name below `folder`, path) of every image file, sorted; what lies in `out` is left out."""
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder.")
    found, results = [], out.resolve()
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if (Path(root) / name).resolve() != results]
        paths = (Path(root) / name for name in files)
        found += [path for path in paths if path.suffix.lower() in SUFFIXES]
    if not found:
        raise CommandError(f"{folder} holds no image (PNG, JPEG, BMP or TIFF).")
    return [(path.relative_to(folder).as_posix(), path) for path in sorted(found)]


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def drawn_name(name: str) -> str:
    """Return the name of the drawing: the image's own where browsers show its kind, else with .png added."""
    return name if Path(name).suffix.lower() in DRAWN_AS_THEY_ARE else f"{name}.png"


def save_drawing(path: Path, outcome: Outcome, colors: dict[str, str]) -> None:
    """Write the image with its defects drawn on it to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"quality": 92} if path.suffix.lower() in (".jpg", ".jpeg") else {}
    with atomic_write(path) as draft:
        drawing.draw(outcome.shown, outcome.findings, colors=colors).save(draft, **options)
