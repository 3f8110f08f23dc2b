"""A dataset in the folders of PASCAL VOC: one XML per image, and the images beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import Any

from annotations.formats import voc, voc_document
from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout, Option
from annotations.formats.labels import Files, Found, Pending, Reader, highest_grades
from annotations.formats.records import ImageRecord, free_name
from annotations.formats.voc_boxes import check_size, fresh_object, objects_now, values_of
from annotations.formats.zip_writing import Entry


def entries(dataset: Dataset) -> Iterator[Entry]:
    """Yield `Annotations/*.xml` under the names that they came with, and the originals in `JPEGImages/`."""
    taken: set[str] = set()
    for record in dataset.records:
        wanted = record.document_name or f"{PurePath(record.name).stem}.xml"
        name = free_name(wanted, f"{record.name}.xml", taken)
        yield Entry(f"Annotations/{name}", document_of(record, folder=dataset.slug))
        if dataset.with_images:
            yield Entry(f"JPEGImages/{record.name}", open=partial(dataset.open_file, record.file))


def document_of(record: ImageRecord, *, folder: str = "") -> bytes:
    """Return the VOC document of a record: its own with what changed, or a fresh one in LabelImg's layout."""
    if not record.document:
        annotation = voc.VocAnnotation(
            filename=record.name,
            folder=folder,
            width=record.width,
            height=record.height,
            depth=record.channels,
            objects=tuple(fresh_object(box) for box in record.boxes),
        )
        return voc_document.write(annotation)
    kept, added = objects_now(
        voc.read(record.document, name=record.document_name),
        record.boxes,
        sha256=record.sha256,
        one_based=record.one_based,
        width=record.width,
        height=record.height,
    )
    return voc_document.rewrite(record.document, kept=kept, added=added, name=record.document_name)


@dataclass(frozen=True)
class VocLabels:
    """The labels of one VOC file with the file itself, coordinates taken as they are; see `ImageLabels`."""

    source: str
    annotation: voc.VocAnnotation
    document: bytes

    @property
    def image(self) -> str:
        """Return what `<filename>` says, which may be empty."""
        return self.annotation.filename.replace("\\", "/")

    @property
    def type_names(self) -> frozenset[str]:
        """Return the names of the types of all objects."""
        return frozenset(obj.name for obj in self.annotation.objects)

    @property
    def grades(self) -> dict[str, int]:
        """Return the highest grade of each type in this file."""
        return highest_grades((obj.name, obj.grade) for obj in self.annotation.objects)

    def values(self, *, width: int, height: int, image_name: str) -> tuple[dict[str, Any], ...]:
        """Return the boxes in pixels of an image of this size. Raises voc.BadElement."""
        name = PurePath(self.source).name
        check_size(self.annotation, width=width, height=height, image_name=image_name, name=name)
        return tuple(values_of(self.annotation, one_based=False, width=width, height=height, name=name))

    def error(self, number: int, reason: str) -> voc.BadElement:
        """Return the error about the grade of the object of this place, from 0."""
        return voc.BadElement(PurePath(self.source).name, f"annotation/object[{number + 1}]/grade", reason)


def labels_of(source: str, document: bytes) -> VocLabels:
    """Return the labels of one VOC file. Raises voc.VocError, which names the file without its folders."""
    return VocLabels(source, voc.read(document, name=PurePath(source).name), document)


def read(files: Files) -> Found:
    """Find the VOC files among `files`; each is one item."""

    def load(path: str, content: Callable[[], bytes]) -> VocLabels:
        return labels_of(path, content())

    items = [Pending(path, partial(load, path, content)) for path, content in files.items()]
    return Found(recognised=bool(items), items=items, used=frozenset(files))


READER = Reader(
    claims=lambda path: path.lower().endswith(".xml"),
    read=read,
    needs="an XML file per image; the images beside them, or in the project",
)

FORMAT = DatasetFormat(
    name="voc",
    label="PASCAL VOC",
    layout=Layout.ARCHIVE,
    write=entries,
    reader=READER,
    file_name="voc.zip",
    media_type="application/zip",
    options=(Option.SPLIT, Option.IMAGES),
    needs_documents=True,
    used_by="For LabelImg, CVAT and most older training code: one XML file per image.",
    keeps="boxes, types, grades, marks, pose; of imported files every element and number",
    loses="split, part, lot and line, who labeled, what a model proposed",
)
