"""YOLO labels: one line `class x y width height` per box, shares of the image's size, class ids from 0.

The split `calibration` is what YOLO calls `val`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from annotations.formats.records import ImageRecord

FOLDERS = {"train": "train", "calibration": "val", "test": "test"}


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
    names = "".join(f"  {number}: {json.dumps(name)}\n" for number, name in enumerate(class_names))
    return f"path: .\n{folders}names:" + (f"\n{names}" if names else " {}\n")
