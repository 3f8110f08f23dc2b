"""Exports of a project's labels, made as they are sent: memory stays flat and no lock is held.

Images that a person labeled or that were labeled automatically go out; unlabeled ones, and those whose boxes
wait for a review, do not, because a reader would take them for images without defects.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath

from django.core.files.storage import default_storage
from django.db.models import F

from annotations.formats import coco, csv_table, voc, voc_document, yolo
from annotations.formats.records import ImageRecord
from annotations.formats.voc_boxes import fresh_object, objects_now
from annotations.formats.zip_writing import Entry, zipped
from annotations.models import Box, Image, ImageState, Project, VocSource

CHUNK = 500
LABELED = (ImageState.LABELED, ImageState.AUTO_LABELED)
_IMAGE_FIELDS = (
    "id", "name", "file", "format", "sha256", "width", "height", "channels", "bit_depth",
    "split", "state", "part", "lot", "line", "captured_at",
)  # fmt: skip
_PROPOSED = ("proposed_type", "proposed_xmin", "proposed_ymin", "proposed_xmax", "proposed_ymax")
BOX_FIELDS = (
    "uid", "type_name", "xmin", "ymin", "xmax", "ymax", "grade", "difficult", "truncated", "occluded", "pose",
    "origin", "model_name", "round_number", "score", *_PROPOSED, "decision", "decided_by_name", "decided_at",
    "created_by_name", "created_at",
)  # fmt: skip
_CSV_IMAGE = ("split", "state", "part", "lot", "line", "captured_at", "width", "height")
_CSV_NAMES = {
    "uid": "box",
    "type_name": "defect_type",
    "round_number": "round",
    "decided_by_name": "decided_by",
    "created_by_name": "created_by",
}
CSV_HEADER = ("image", *_CSV_IMAGE, *(_CSV_NAMES.get(name, name) for name in BOX_FIELDS))


def class_names(project: Project) -> list[str]:
    """Return the defect types in the order that class ids follow, archived ones included."""
    return list(project.defect_types.order_by("position", "pk").values_list("name", flat=True))


def records(project: Project, *, split: str | None = None, documents: bool = False) -> Iterator[ImageRecord]:
    """Yield the labeled images of `project` with their boxes, by id; `documents` adds VOC files."""
    images = Image.objects.present().filter(project=project, state__in=LABELED).order_by("pk")
    if split:
        images = images.filter(split=split)
    last = 0
    while chunk := list(images.filter(pk__gt=last).values(*_IMAGE_FIELDS)[:CHUNK]):
        ids = [image["id"] for image in chunk]
        boxes, last = _boxes_of(ids), ids[-1]
        sources = (
            VocSource.objects.filter(image_id__in=ids).in_bulk(field_name="image_id") if documents else {}
        )
        for image in chunk:
            source = sources.get(image["id"])
            known = (
                {
                    "document": bytes(source.document),
                    "document_name": source.filename,
                    "one_based": source.one_based,
                }
                if source
                else {}
            )
            yield ImageRecord(**image, boxes=tuple(boxes[image["id"]]), **known)


def _boxes_of(image_ids: list[int]) -> dict[int, list[dict]]:
    boxes = defaultdict(list)
    named = Box.objects.filter(image_id__in=image_ids).annotate(
        type_name=F("defect_type__name"),
        decided_by_name=F("decided_by__username"),
        created_by_name=F("created_by__username"),
    )
    for box in named.order_by("position", "pk").values("image_id", *BOX_FIELDS):
        boxes[box["image_id"]].append(box)
    return boxes


def voc_document_of(record: ImageRecord, *, folder: str = "") -> bytes:
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


def voc_entries(project: Project, *, split: str | None = None, with_images: bool = False) -> Iterator[Entry]:
    """Yield `Annotations/*.xml` under the names that they came with, and the originals in `JPEGImages/`."""
    taken: set[str] = set()
    for record in records(project, split=split, documents=True):
        wanted = record.document_name or f"{PurePath(record.name).stem}.xml"
        name = _free_name(wanted, f"{record.name}.xml", taken)
        yield Entry(f"Annotations/{name}", voc_document_of(record, folder=project.slug))
        if with_images:
            yield _original(record, "JPEGImages")


def yolo_entries(project: Project, *, split: str | None = None, with_images: bool = False) -> Iterator[Entry]:
    """Yield `data.yaml`, `labels/<split>/*.txt`, and the originals in `images/<split>/`."""
    ids = {name: number for number, name in enumerate(class_names(project))}
    taken: set[str] = set()
    for record in records(project, split=split):
        for box in record.boxes:
            # A type that was made a moment ago comes after the others.
            ids.setdefault(box["type_name"], len(ids))
        folder = yolo.FOLDERS[record.split]
        stem = PurePath(record.name).stem
        name = _free_name(f"{stem}.txt", f"{record.name}.txt", taken)
        yield Entry(f"labels/{folder}/{name}", yolo.label_text(record, ids).encode())
        if with_images:
            # A label belongs to the image of its stem.
            yield _original(
                record, f"images/{folder}", name=name.removesuffix(".txt") + PurePath(record.name).suffix
            )
    yield Entry("data.yaml", yolo.data_yaml(list(ids)).encode())


def coco_json(project: Project, *, split: str | None = None) -> Iterator[bytes]:
    """Yield the project's labels as one COCO document."""
    info = {"description": project.name, "version": "1.0"}
    return coco.document(records(project, split=split), class_names=class_names(project), info=info)


def boxes_csv(project: Project, *, split: str | None = None) -> Iterator[bytes]:
    """Yield a line per box with its image and its whole provenance."""
    rows = (
        [record.name, *(getattr(record, name) for name in _CSV_IMAGE), *(box[name] for name in BOX_FIELDS)]
        for record in records(project, split=split)
        for box in record.boxes
    )
    return csv_table.lines(CSV_HEADER, rows)


def voc_zip(project: Project, *, split: str | None = None, with_images: bool = False) -> Iterator[bytes]:
    """Yield a zip archive of `voc_entries`."""
    return zipped(voc_entries(project, split=split, with_images=with_images))


def yolo_zip(project: Project, *, split: str | None = None, with_images: bool = False) -> Iterator[bytes]:
    """Yield a zip archive of `yolo_entries`."""
    return zipped(yolo_entries(project, split=split, with_images=with_images))


def _original(record: ImageRecord, folder: str, *, name: str = "") -> Entry:
    return Entry(f"{folder}/{name or record.name}", open=partial(default_storage.open, record.file, "rb"))


def _free_name(wanted: str, longer: str, taken: set[str]) -> str:
    """Return the first of `wanted`, `longer` and numbered ones that is free, on any system, and take it."""
    name, number = wanted, 2
    while name.casefold() in taken:
        stem = PurePath(longer)
        name = longer if longer.casefold() not in taken else f"{stem.stem}-{number}{stem.suffix}"
        number += 1
    taken.add(name.casefold())
    return name
