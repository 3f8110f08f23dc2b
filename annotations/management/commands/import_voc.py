"""`import_voc PROJECT DIR`: take a folder of images with VOC annotations into a project."""

import time
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify
from tqdm import tqdm

from annotations import projects
from annotations.errors import BlemishError
from annotations.intake.folder_import import ImportReport, import_voc
from annotations.intake.voc_folder import Problem
from annotations.management.console import table
from annotations.models import Project, Split


class Command(BaseCommand):
    """Import, with a progress bar, and end with a table of what was read and what was skipped."""

    help = "Import a folder of images with PASCAL VOC annotations; images without XML come in unlabeled."

    def add_arguments(self, parser) -> None:
        """Declare the arguments."""
        parser.add_argument("project", help="slug of the project; it is made when it is new")
        parser.add_argument("folder", metavar="DIR", type=Path, help="folder that is searched whole")
        parser.add_argument(
            "--split", choices=Split.values, help="split of every new image (default: chosen by its pixels)"
        )
        parser.add_argument(
            "--one-based",
            action="store_true",
            help="coordinates count from 1 and include the last pixel, as the VOC devkit writes them",
        )

    def handle(self, *args, **options) -> None:
        """Import; exit with 0 only when nothing was skipped."""
        folder = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        project = self._project(options["project"])
        started = time.monotonic()
        with tqdm(desc="Importing", unit="image", dynamic_ncols=True) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            try:
                report = import_voc(
                    project, folder, split=options["split"], one_based=options["one_based"], progress=show
                )
            except OSError as error:
                raise CommandError(f"{error.filename or folder}: {error.strerror}") from error
        self._tell(report, folder, seconds=time.monotonic() - started, split=options["split"])
        if report.skipped:
            raise CommandError(f"{len(report.skipped)} files were skipped; the rest was imported.")

    def _project(self, name: str) -> Project:
        slug = slugify(name)
        if not slug:
            raise CommandError(f"{name!r} gives no short name; use letters, digits and hyphens.")
        project = Project.objects.filter(slug=slug).first()
        if project is None:
            try:
                project = projects.create(None, name=name, slug=slug)
            except BlemishError as error:
                raise CommandError(str(error)) from error
            self.stdout.write(f"Made the project {slug}; an administrator can add its members.")
        return project

    def _tell(self, report: ImportReport, folder: Path, *, seconds: float, split: str | None) -> None:
        self._list("Skipped", report.skipped, folder)
        self._list("Note", report.warnings, folder)
        rows = [
            ("images read", report.images),
            ("  with annotation", report.labeled),
            ("  unlabeled", report.images - report.labeled),
            ("boxes read", report.boxes),
            ("images that were here before", report.known),
            ("  labeled now by their XML", report.completed),
            ("files skipped", len(report.skipped)),
        ]
        self.stdout.write(table(("", "count"), rows))
        if report.new_types:
            self.stdout.write(f"New defect types: {', '.join(report.new_types)}.")
        if split and report.known:
            self.stdout.write("Images that were here before keep their split.")
        if report.images and not report.views_requested:
            self.stdout.write("Redis cannot be reached; thumbnails will be made when the worker starts.")
        elif report.images:
            self.stdout.write("Thumbnails follow as the worker makes them.")
        self.stdout.write(f"{seconds:.1f} seconds.")

    def _list(self, word: str, problems: Sequence[Problem], folder: Path) -> None:
        if problems:
            rows = [(_relative(problem.path, folder), problem.reason) for problem in problems]
            self.stdout.write(table((word, "why"), sorted(rows)) + "\n")


def _relative(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
