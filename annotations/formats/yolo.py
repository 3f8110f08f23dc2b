"""YOLO labels: one line `class x y width height` per box, shares of the image's size, class ids from 0.

The split `calibration` is what YOLO calls `val`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePath

from annotations.formats import yolo_reading
from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout, Option
from annotations.formats.records import ImageRecord, free_name
from annotations.formats.zip_writing import Entry

FOLDERS = {"train": "train", "calibration": "val", "test": "test"}


def entries(dataset: Dataset) -> Iterator[Entry]:
    """Yield `labels/<split>/*.txt`, the originals in `images/<split>/`, and `data.yaml` at the end."""
    ids = {name: number for number, name in enumerate(dataset.class_names)}
    taken: set[str] = set()
    for record in dataset.records:
        for box in record.boxes:
            # A type that was made while the records are read comes after the others.
            ids.setdefault(box["type_name"], len(ids))
        folder = FOLDERS[record.split]
        name = free_name(f"{PurePath(record.name).stem}.txt", f"{record.name}.txt", taken)
        yield Entry(f"labels/{folder}/{name}", label_text(record, ids).encode())
        if dataset.with_images:
            # A label belongs to the image of its stem.
            image = name.removesuffix(".txt") + PurePath(record.name).suffix
            yield Entry(f"images/{folder}/{image}", open=partial(dataset.open_file, record.file))
    yield Entry("data.yaml", data_yaml(list(ids)).encode())


def label_text(record: ImageRecord, class_ids: Mapping[str, int]) -> str:
    """Return the label file of a record; empty for an image without a defect."""
    width, height = record.width, record.height
    lines = []
    for box in record.boxes:
        shares = (
            (box["xmin"] + box["xmax"]) / 2 / width,
            (box["ymin"] + box["ymax"]) / 2 / height,
            (box["xmax"] - box["xmin"]) / width,
            (box["ymax"] - box["ymin"]) / height,
        )
        lines.append(f"{class_ids[box['type_name']]} {' '.join(f'{share:.8f}' for share in shares)}\n")
    return "".join(lines)


def data_yaml(class_names: Sequence[str]) -> str:
    """Return `data.yaml` for these classes; names are quoted as JSON, which YAML reads."""
    folders = "".join(f"{folder}: images/{folder}\n" for folder in FOLDERS.values())
    names = "".join(f"  {number}: {_quoted(name)}\n" for number, name in enumerate(class_names))
    return f"path: .\n{folders}names:" + (f"\n{names}" if names else " {}\n")


def _quoted(name: str) -> str:
    """Return a name in double quotes as YAML reads it: as JSON, but letters beyond 16 bits are one escape."""
    escaped = (f"\\U{ord(c):08x}" if c > "\uffff" or c == "\x7f" else json.dumps(c)[1:-1] for c in name)
    return f'"{"".join(escaped)}"'


FORMAT = DatasetFormat(
    name="yolo",
    label="YOLO",
    layout=Layout.ARCHIVE,
    write=entries,
    reader=yolo_reading.READER,
    file_name="yolo.zip",
    media_type="application/zip",
    options=(Option.SPLIT, Option.IMAGES),
    used_by="For Ultralytics and other YOLO trainers: one text file per image, and data.yaml with the types.",
    keeps="boxes, types, and splits as folders",
    loses="grades, marks, pose, part, lot and line, who labeled, what a model proposed",
)
