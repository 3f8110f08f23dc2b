"""A dataset in the folders of PASCAL VOC: one XML per image, and the images beside them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import PurePath

from annotations.formats import voc, voc_document
from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout, Option
from annotations.formats.records import ImageRecord, free_name
from annotations.formats.voc_boxes import fresh_object, objects_now
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


FORMAT = DatasetFormat(
    name="voc",
    label="PASCAL VOC",
    layout=Layout.ARCHIVE,
    write=entries,
    file_name="voc.zip",
    media_type="application/zip",
    options=(Option.SPLIT, Option.IMAGES),
    needs_documents=True,
    used_by="For LabelImg, CVAT and most older training code: one XML file per image.",
    keeps="boxes, types, grades, marks, pose; of imported files every element and number",
    loses="split, part, lot and line, who labeled, what a model proposed",
)
