"""COCO detection annotations (cocodataset.org, "Data format"): one JSON document, written as a stream.

`bbox` is [x, y, width, height] in pixels, which is what half-open boxes are. What COCO has no place for
(grade, difficult, truncated, occluded, pose) stands in `attributes`, as CVAT writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import Any

from annotations.formats import coco_reading
from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout
from annotations.formats.records import ImageRecord

_IN_MEMORY = 8 << 20
_PIECE = 1 << 16
_ATTRIBUTES = ("grade", "difficult", "truncated", "occluded", "pose")


def write(dataset: Dataset) -> Iterator[bytes]:
    """Yield the labels of a dataset as one COCO document."""
    info = {"description": dataset.name, "version": "1.0"}
    return document(dataset.records, class_names=dataset.class_names, info=info)


def document(
    records: Iterable[ImageRecord], *, class_names: Sequence[str], info: Mapping[str, str]
) -> Iterator[bytes]:
    """Yield the document in pieces; category ids follow `class_names` from 1.

    Annotations wait in a temporary file until every image was written: one pass over the records. A class
    that appears meanwhile gets the next id, so categories come last.
    """
    ids = {name: number for number, name in enumerate(class_names, start=1)}
    yield (_text({"info": dict(info), "licenses": []})[:-1] + ',"images":[').encode()
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as waiting:
        number = 0
        for place, record in enumerate(records):
            yield (("," if place else "") + "\n" + _text(image_entry(record))).encode()
            for box in record.boxes:
                category = ids.setdefault(box["type_name"], len(ids) + 1)
                entry = annotation_entry(box, number + 1, image_id=record.id, category_id=category)
                waiting.write((("," if number else "") + "\n" + _text(entry)).encode())
                number += 1
        yield b'],"annotations":['
        waiting.seek(0)
        while piece := waiting.read(_PIECE):
            yield piece
    categories = [{"id": number, "name": name} for name, number in ids.items()]
    yield f'],"categories":{_text(categories)}}}\n'.encode()


def image_entry(record: ImageRecord) -> dict[str, Any]:
    """Return the `images` entry of a record."""
    captured = record.captured_at.isoformat() if record.captured_at else ""
    return {
        "id": record.id,
        "file_name": record.name,
        "width": record.width,
        "height": record.height,
        "date_captured": captured,
        "split": record.split,
    }


def annotation_entry(
    box: Mapping[str, Any], number: int, *, image_id: int, category_id: int
) -> dict[str, Any]:
    """Return the `annotations` entry of a box; a difficult box is ignored by COCO's metrics."""
    width, height = box["xmax"] - box["xmin"], box["ymax"] - box["ymin"]
    return {
        "id": number,
        "image_id": image_id,
        "category_id": category_id,
        "bbox": [box["xmin"], box["ymin"], width, height],
        "area": width * height,
        "segmentation": [],
        "iscrowd": 0,
        "ignore": int(box["difficult"]),
        "attributes": {name: box[name] for name in _ATTRIBUTES},
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


FORMAT = DatasetFormat(
    name="coco",
    label="COCO",
    layout=Layout.FILE,
    write=write,
    reader=coco_reading.READER,
    file_name="coco.json",
    media_type="application/json",
    used_by="For CVAT, Label Studio, Detectron2 and MMDetection: one JSON file for all images.",
    keeps="boxes, types, splits; grades, marks and pose as attributes",
    loses="part, lot and line, who labeled, what a model proposed; the images are not in it",
)
