"""What a project exports: its labels, read from the database while they are written.

Images that a person labeled or that were labeled automatically are exported; unlabeled ones, and those whose
boxes wait for a review, are not, because a reader would take them for images without defects. Memory stays
flat and no lock is held. The formats themselves are in `annotations.formats`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial

from django.core.files.storage import default_storage
from django.db.models import F

from annotations.formats import registry
from annotations.formats.dataset_format import Dataset, DatasetFormat
from annotations.formats.records import BOX_FIELDS, ImageRecord
from annotations.imaging import gray_window
from annotations.models import Box, Image, Project, VocSource
from annotations.models.images import ImageQuerySet

CHUNK = 500
_IMAGE_FIELDS = (
    "id", "name", "file", "format", "sha256", "width", "height", "channels", "bit_depth",
    "split", "state", "part", "lot", "line", "captured_at",
)  # fmt: skip


def chunks(
    project: Project, name: str, *, split: str | None = None, with_images: bool = False
) -> Iterator[bytes]:
    """Yield the labels of `project` as the file of the format `name`. Raises KeyError for an unknown name."""
    row = registry.named(name)
    return row.chunks(dataset(project, row, split=split, with_images=with_images))


def dataset(
    project: Project, row: DatasetFormat, *, split: str | None = None, with_images: bool = False
) -> Dataset:
    """Return what the writer of `row` takes of `project`; `split` narrows it to the images of one split."""
    low, high = project.window_low, project.window_high
    return Dataset(
        name=project.name,
        slug=project.slug,
        class_names=class_names(project),
        records=records(project, split=split, documents=row.needs_documents),
        window=gray_window.default_window(8) if low is None or high is None else (low, high),
        open_file=partial(default_storage.open, mode="rb"),
        with_images=with_images,
    )


def labeled_images(project: Project, *, split: str | None = None) -> ImageQuerySet:
    """Return the images of `project` that are exported, in the order of their ids."""
    images = Image.objects.present().labeled().filter(project=project).order_by("pk")
    return images.filter(split=split) if split else images


def class_names(project: Project) -> list[str]:
    """Return the defect types in the order that class ids follow, archived ones included."""
    return list(project.defect_types.order_by("position", "pk").values_list("name", flat=True))


def records(project: Project, *, split: str | None = None, documents: bool = False) -> Iterator[ImageRecord]:
    """Yield the labeled images of `project` with their boxes, by id; `documents` adds VOC files."""
    images = labeled_images(project, split=split)
    last = 0
    while chunk := list(images.filter(pk__gt=last).values(*_IMAGE_FIELDS)[:CHUNK]):
        ids = [image["id"] for image in chunk]
        boxes, last = _boxes_of(ids), ids[-1]
        known = _documents_of(ids) if documents else {}
        for image in chunk:
            yield ImageRecord(**image, boxes=tuple(boxes[image["id"]]), **known.get(image["id"], {}))


def _documents_of(image_ids: list[int]) -> dict[int, dict]:
    return {
        source.image_id: {
            "document": bytes(source.document),
            "document_name": source.filename,
            "one_based": source.one_based,
        }
        for source in VocSource.objects.filter(image_id__in=image_ids)
    }


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
