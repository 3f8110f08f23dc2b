"""Import a folder of images with VOC annotations into a project.

Files are checked and stored by a few threads, then written in batches, each one transaction. A file that
cannot be taken is reported with its reason and stops nothing. A second import of one folder adds nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction

from annotations.errors import BlemishError
from annotations.formats import labels, voc, voc_boxes
from annotations.imaging import previews
from annotations.intake import imported_rows, ingest, voc_folder
from annotations.intake.imported_rows import MAX_GRADE, ImportedFile, TypeResolver
from annotations.intake.voc_folder import Pair, Problem
from annotations.models import Image, ImageState, ImportBatch, Project, VocSource

BATCH = 256
CHECKERS = min(8, os.cpu_count() or 1)
# Writers wait for the disk, not for the processor.
WRITERS = 4


@dataclass
class ImportReport:
    """What an import did; problems and warnings carry the path of their file."""

    images: int = 0
    labeled: int = 0
    boxes: int = 0
    # Images that the project had before, and those of them that got the labels of their XML now.
    known: int = 0
    completed: int = 0
    skipped: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    new_types: list[str] = field(default_factory=list)
    views_requested: bool = True


def import_voc(
    project: Project,
    folder: str | os.PathLike[str],
    *,
    split: str | None = None,
    one_based: bool = False,
    user=None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ImportReport:
    """Import every image of `folder`, with the boxes of its XML, and report what was done.

    `split` sets the split of the new images; without it a hash chooses. `one_based` reads coordinates as the
    VOC devkit writes them. `progress(done, total)` counts images. Raises OSError for a folder that cannot be
    read; what is wrong with single files is in the report.
    """
    found = voc_folder.find(Path(folder))
    run = _Run(project, Path(folder), found.pairs, split=split, one_based=one_based, user=user)
    run.report.skipped += found.problems
    total, done = len(found.pairs), 0
    with ThreadPoolExecutor(CHECKERS) as checkers, ThreadPoolExecutor(WRITERS) as writers:
        # One batch ahead: files are decoded while the rows of those before are written.
        batches = [found.pairs[start : start + BATCH] for start in range(0, total, BATCH)]
        ahead = [checkers.map(run.check, batch) for batch in batches[:1]]
        for number, batch in enumerate(batches, start=1):
            ahead += [checkers.map(run.check, following) for following in batches[number : number + 1]]
            run.take(ahead.pop(0), writers)
            done += len(batch)
            progress(done, total)
    run.close()
    return run.report


class _Run:
    """One import: what the project has, what was found in the folder, and the report."""

    def __init__(self, project, folder, pairs, *, split, one_based, user) -> None:
        self.project, self.folder = project, folder
        self.split, self.one_based, self.user = split, one_based, user
        self.report = ImportReport()
        self.batch: ImportBatch | None = None
        self.new_ids: list[int] = []
        rows = project.images.present().values_list("sha256", "pk", "name")
        self.known = {sha256: (pk, name) for sha256, pk, name in rows}
        # Names and contents that are taken, by the project or by a file of this folder, and by whom.
        self.names: dict[str, str] = {name: "the project" for _, name in self.known.values()}
        self.contents: dict[str, Path] = {}
        annotations = [pair.annotation for pair in pairs if pair.annotation]
        self.types = TypeResolver(project, highest_grades(annotations))
        # Types that this import makes get every grade that the files have; those here now may lack one.
        self.levels = {
            name: {grade.level for grade in row.grades.all()} for name, row in self.types.types.items()
        }

    def take(self, checked: Iterable[ImportedFile | Problem], writers: ThreadPoolExecutor) -> None:
        """Store and write one batch of checked files."""
        new: list[ImportedFile] = []
        here: list[ImportedFile] = []
        for file in checked:
            if isinstance(file, Problem):
                self.report.skipped.append(file)
            elif self._is_first(file):
                (here if file.probe.sha256 in self.known else new).append(file)
        try:
            stored = [file for file, kept in zip(new, writers.map(self._store, new), strict=True) if kept]
            self._write(stored)
        except BaseException:
            # Ctrl-C included: an original without a row would never be removed.
            _discard(new)
            raise
        self._compare(here)

    def close(self) -> None:
        """Write the counts of the batch and request the views."""
        if self.batch:
            self.batch.images_read, self.batch.boxes_read = self.report.images, self.report.boxes
            self.batch.files_skipped = len(self.report.skipped)
            self.batch.save(update_fields=["images_read", "boxes_read", "files_skipped"])
        self.report.new_types = self.types.made
        self.report.views_requested = previews.request_views(self.new_ids)

    def check(self, pair: Pair) -> ImportedFile | Problem:
        """Read one image and its XML whole, without the database; runs in a thread."""
        try:
            with pair.image.open("rb") as stream:
                probe = ingest.probe(stream, name=ingest.clean_name(pair.image.name))
            original = ingest.original_name(self.project, probe)
            if pair.xml is None or pair.annotation is None:
                return ImportedFile(pair.image, probe, original)
            values = boxes_of(pair, probe, self.levels, one_based=self.one_based)
            return ImportedFile(pair.image, probe, original, pair.xml, pair.xml.read_bytes(), values)
        except voc.BadElement as error:
            return Problem(pair.xml or pair.image, f"{error.element}: {error.reason}")
        except BlemishError as error:
            return Problem(pair.image, str(error).removeprefix(f"{pair.image.name}: "))
        except OSError as error:
            return Problem(pair.image, error.strerror or str(error))

    def _is_first(self, file: ImportedFile) -> bool:
        """Return whether this content and this name appear for the first time; report it otherwise."""
        sha256, name = file.probe.sha256, file.probe.name
        here = self.known.get(sha256)
        if sha256 in self.contents:
            reason = f"is the same file as {self.contents[sha256].name} in {self.contents[sha256].parent}"
        elif here and here[1] != name:
            reason = f"is in the project already, as {here[1]}"
        elif not here and name in self.names:
            reason = f"another image of this name is in {self.names[name]}; rename one of them"
        else:
            self.contents[sha256] = file.image
            self.names[name] = str(file.image.parent)
            return True
        self.report.skipped.append(Problem(file.image, reason))
        return False

    def _store(self, file: ImportedFile) -> bool:
        """Copy the untouched original into storage; runs in a thread."""
        try:
            with file.image.open("rb") as stream:
                default_storage.save(file.original, File(stream))
        except (OSError, BlemishError) as error:
            self.report.skipped.append(Problem(file.image, str(error)))
            return False
        return True

    def _write(self, files: Sequence[ImportedFile]) -> None:
        """Write new files as one transaction; when that fails, one by one, so that only the bad ones fail."""
        if not files:
            return
        try:
            with transaction.atomic():
                batch = self.batch or ImportBatch.objects.create(
                    project=self.project,
                    source=str(self.folder)[:500],
                    one_based=self.one_based,
                    created_by=self.user,
                )
                images = imported_rows.insert(
                    files, batch=batch, types=self.types, split=self.split, user=self.user
                )
        except (DatabaseError, BlemishError) as error:
            self.types.load()
            if len(files) > 1:
                for file in files:
                    self._write([file])
                return
            _discard(files)
            self.report.skipped.append(Problem(files[0].image, f"was refused by the database: {error}"))
            return
        self.batch = batch
        self.new_ids += [image.pk for image in images]
        self.report.images += len(files)
        self.report.labeled += sum(file.xml is not None for file in files)
        self._count_boxes(files)

    def _count_boxes(self, files: Iterable[ImportedFile]) -> None:
        for file in files:
            self.report.boxes += len(file.boxes)
            self.report.warnings += [
                Problem(
                    file.xml or file.image,
                    f"annotation/object[{number}]/bndbox: reaches beyond the image; the box here ends at its "
                    "border, an export gives the file's numbers back",
                )
                for number, box in enumerate(file.boxes, start=1)
                if box["clipped"]
            ]

    def _compare(self, files: Sequence[ImportedFile]) -> None:
        """Compare files that were here before with what the project holds; nothing here is overwritten."""
        ids = [self.known[file.probe.sha256][0] for file in files]
        sources = {source.image_id: source for source in VocSource.objects.filter(image_id__in=ids)}
        images = Image.objects.in_bulk(ids)
        for pk, file in zip(ids, files, strict=True):
            self.report.known += 1
            if not file.xml:
                continue
            source, image = sources.get(pk), images[pk]
            if source is None and image.state == ImageState.UNLABELED and image.version == 0:
                self._complete(image, file)
            elif source is None:
                self._leave(file.xml, f"was not applied: {image.name} was labeled here")
            elif bytes(source.document) != file.document:
                self._leave(
                    file.xml,
                    f"changed since its import; the boxes of {image.name} stay as they are here. Delete the "
                    "image and import it again to take the file's",
                )
            elif source.one_based != self.one_based:
                self._leave(
                    file.xml,
                    f"was imported {'with' if source.one_based else 'without'} --one-based; that stays",
                )

    def _leave(self, path: Path, reason: str) -> None:
        self.report.skipped.append(Problem(path, reason))

    def _complete(self, image: Image, file: ImportedFile) -> None:
        try:
            imported_rows.complete(image, file, types=self.types, one_based=self.one_based, user=self.user)
        except (DatabaseError, BlemishError) as error:
            self.types.load()
            self._leave(file.xml or file.image, f"was not applied: {error}")
            return
        self.report.completed += 1
        self._count_boxes([file])


def highest_grades(annotations: Iterable[voc.VocAnnotation]) -> dict[str, int]:
    """Return the highest grade that the files give each type, of those that a type can have."""
    graded = ((obj.name, obj.grade) for annotation in annotations for obj in annotation.objects)
    return {name: min(grade, MAX_GRADE) for name, grade in labels.highest_grades(graded).items()}


def boxes_of(
    pair: Pair, probe: ingest.Probe, levels: dict[str, set[int]], *, one_based: bool
) -> tuple[dict, ...]:
    """Return the values of the boxes of `pair`; raises voc.BadElement for what this image cannot have."""
    annotation, name = pair.annotation, (pair.xml or pair.image).name
    if annotation is None:
        return ()
    voc_boxes.check_size(annotation, width=probe.width, height=probe.height, image_name=probe.name, name=name)
    values = voc_boxes.values_of(
        annotation, one_based=one_based, width=probe.width, height=probe.height, name=name
    )
    for number, box in enumerate(values, start=1):
        type_name, grade = box["type_name"], box["grade"]
        if grade is not None and grade not in levels.get(type_name, range(1, MAX_GRADE + 1)):
            reason = (
                f"{type_name} has no grade {grade} in this project; add it in the settings and import again"
            )
            raise voc.BadElement(name, f"annotation/object[{number}]/grade", reason)
    return tuple(values)


def _discard(files: Iterable[ImportedFile]) -> None:
    """Remove the originals of files that got no row."""
    names = {file.original for file in files}
    for name in names.difference(Image.objects.filter(file__in=names).values_list("file", flat=True)):
        default_storage.delete(name)
