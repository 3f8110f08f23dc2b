"""`export PROJECT OUT --format …`: write a project's labels for other tools."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from annotations import exports
from annotations.formats.zip_writing import write_folder, zipped
from annotations.imaging import decoding
from annotations.management.console import find_project
from annotations.models import Image, Project, Split
from inference.formats import label_maps, tfrecords

FILES = {"coco": exports.coco_json, "csv": exports.boxes_csv}
ENTRIES = {"voc": exports.voc_entries, "yolo": exports.yolo_entries}


class Command(BaseCommand):
    """Export, beside the place that was asked for, and rename: what stands there is whole."""

    help = "Export the labels of a project as VOC, COCO, YOLO, CSV or TFRecord."

    def add_arguments(self, parser) -> None:
        """Declare the arguments of DESIGN.md."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument(
            "out",
            metavar="OUT",
            type=Path,
            help="a new folder or *.zip (voc, yolo), a new folder (tfrecord), a file (coco, csv)",
        )
        parser.add_argument("--format", required=True, choices=[*ENTRIES, *FILES, "tfrecord"])
        parser.add_argument("--split", choices=Split.values, help="only the images of this split")
        parser.add_argument(
            "--with-images", action="store_true", help="put the originals into a VOC or YOLO export too"
        )

    def handle(self, *args, **options) -> None:
        """Write the export; exit with 0 only when it is whole."""
        project, out = find_project(options["project"]), options["out"]
        if not _labeled(project, options["split"]).exists():
            where = f" in the split {options['split']}" if options["split"] else ""
            raise CommandError(f"{project.name} has no labeled image{where}; there is nothing to export.")
        write = partial(getattr(self, f"_{_kind(options['format'], out)}"), project, options)
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            with _beside(out) as draft:
                count = write(draft)
        except (OSError, decoding.UnreadableImage) as error:
            raise CommandError(f"Nothing was exported: {error}") from error
        self.stdout.write(f"Wrote {out}: {count}.")

    def _file(self, project: Project, options: dict, draft: Path) -> str:
        with draft.open("wb") as stream:
            stream.writelines(FILES[options["format"]](project, split=options["split"]))
        return f"{draft.stat().st_size:,} bytes"

    def _archive(self, project: Project, options: dict, draft: Path) -> str:
        with draft.open("wb") as stream:
            stream.writelines(zipped(self._entries(project, options)))
        return f"{draft.stat().st_size:,} bytes"

    def _folder(self, project: Project, options: dict, draft: Path) -> str:
        draft.mkdir()
        return f"{write_folder(self._entries(project, options), draft):,} files"

    def _shards(self, project: Project, options: dict, draft: Path) -> str:
        draft.mkdir()
        names = exports.class_names(project)
        class_ids = {name: number for number, name in enumerate(names, start=1)}
        (draft / "label_map.pbtxt").write_text(
            label_maps.write({v: k for k, v in class_ids.items()}), "utf-8"
        )
        total = _labeled(project, options["split"]).count()
        window = (project.window_low, project.window_high)
        count = tfrecords.write(
            tqdm(exports.records(project, split=options["split"]), "Exporting", total, unit="image"),
            draft,
            class_ids=class_ids,
            window=decoding.default_window(8) if None in window else window,
            open_file=partial(default_storage.open, mode="rb"),
        )
        return f"{count:,} images"

    def _entries(self, project: Project, options: dict) -> Iterator:
        entries = ENTRIES[options["format"]](
            project, split=options["split"], with_images=options["with_images"]
        )
        return tqdm(entries, "Exporting", unit="file")


def _labeled(project: Project, split: str | None):
    images = Image.objects.present().filter(project=project, state__in=exports.LABELED)
    return images.filter(split=split) if split else images


def _kind(form: str, out: Path) -> str:
    if form in FILES:
        return "file"
    if form == "tfrecord":
        return "shards"
    return "archive" if out.suffix.lower() == ".zip" else "folder"


@contextlib.contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Give a path beside `out` that becomes `out` when all went well and is removed when not.

    A file that was there is replaced; a folder is not, unless it is empty.
    """
    if out.is_dir() and any(out.iterdir()):
        raise CommandError(f"{out} is a folder with files in it; name a new one.")
    with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        draft = Path(folder) / out.name
        yield draft
        if out.is_dir() and draft.is_dir():
            out.rmdir()
        os.replace(draft, out)
