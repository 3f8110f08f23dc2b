"""`export PROJECT OUT --format …`: write a project's labels for other tools."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations import exports
from annotations.atomic_files import atomic_write
from annotations.formats import registry
from annotations.formats.dataset_format import Content, Dataset, DatasetFormat, Layout, Option
from annotations.formats.zip_writing import write_folder
from annotations.imaging import decoding
from annotations.management.console import find_project
from annotations.models import Project, Split
from inference import exports as inspection_exports

LAYOUTS = {
    Layout.FILE: "a file",
    Layout.ARCHIVE: "a new folder or *.zip",
    Layout.FOLDER: "a new folder",
}


class Command(BaseCommand):
    """Write an export that is whole or absent."""

    help = "Export a project: " + ", ".join(f"{row.name} ({row.label})" for row in registry.formats()) + "."

    def add_arguments(self, parser) -> None:
        """Declare the arguments."""
        rows = registry.formats()
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("out", metavar="OUT", type=Path, help=_places(rows))
        parser.add_argument("--format", required=True, choices=[row.name for row in rows])
        parser.add_argument(
            "--split", choices=Split.values, help=f"only the images of this split ({_with(Option.SPLIT)})"
        )
        parser.add_argument(
            "--with-images", action="store_true", help=f"add the original images ({_with(Option.IMAGES)})"
        )
        parser.add_argument(
            "--inspection", type=int, help=f"only this inspection ({_with(Option.INSPECTION)})"
        )

    def handle(self, *args, **options) -> None:
        """Write the export; exit with 0 only when it is whole."""
        project, out = find_project(options["project"]), options["out"]
        row = registry.named(options["format"])
        content = _content(project, row, options)
        try:
            if out.is_dir() and any(out.iterdir()):
                raise CommandError(f"{out} is a folder with files in it; name a new one.")
            out.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(out) as draft:
                size = _write(row, content, draft)
        except (OSError, decoding.UnreadableImage) as error:
            raise CommandError(f"Nothing was exported: {error}") from error
        self.stdout.write(f"Wrote {out}: {size}.")


def _content(project: Project, row: DatasetFormat, options: dict) -> Dataset | Iterable[Sequence[object]]:
    """Return what the writer of `row` takes. Raises CommandError when there is nothing to export."""
    if row.content is Content.DEFECTS:
        found = inspection_exports.inspections(project, inspection=options["inspection"])
        if not found.exists():
            which = f" {options['inspection']}" if options["inspection"] else ""
            raise CommandError(f"{project.name} has no inspection{which}; there is nothing to export.")
        rows = inspection_exports.defect_rows(project, inspection=options["inspection"])
        return tqdm(rows, "Exporting", unit="defect")
    total = exports.labeled_images(project, split=options["split"]).count()
    if not total:
        where = f" in the split {options['split']}" if options["split"] else ""
        raise CommandError(f"{project.name} has no labeled image{where}; there is nothing to export.")
    dataset = exports.dataset(project, row, split=options["split"], with_images=options["with_images"])
    return replace(dataset, records=tqdm(dataset.records, "Exporting", total, unit="image"))


def _write(row: DatasetFormat, content: Dataset | Iterable[Sequence[object]], draft: Path) -> str:
    """Write one export to the path `draft`; return its size in words."""
    if row.layout is Layout.FOLDER:
        draft.mkdir()
        return f"{row.write(content, draft):,} images"
    if row.layout is Layout.ARCHIVE and draft.suffix.lower() != ".zip":
        draft.mkdir()
        return f"{write_folder(row.write(content), draft):,} files"
    with draft.open("wb") as stream:
        stream.writelines(row.chunks(content))
    return f"{draft.stat().st_size:,} bytes"


def _places(rows: Iterable[DatasetFormat]) -> str:
    """Return the sentence that says what OUT is for which format."""
    names = {layout: ", ".join(row.name for row in rows if row.layout is layout) for layout in LAYOUTS}
    return ", ".join(f"{LAYOUTS[layout]} ({listed})" for layout, listed in names.items() if listed)


def _with(option: Option) -> str:
    return ", ".join(row.name for row in registry.formats() if option in row.options)
