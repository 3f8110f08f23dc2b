"""One image with its boxes, as the writers of every format take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any

from annotations.geometry import CORNERS

_PROPOSED = ("proposed_type", "proposed_xmin", "proposed_ymin", "proposed_xmax", "proposed_ymax")
BOX_FIELDS = (
    "uid", "type_name", *CORNERS, "grade", "difficult", "truncated", "occluded", "pose",
    "origin", "model_name", "round_number", "score", *_PROPOSED, "decision", "decided_by_name", "decided_at",
    "created_by_name", "created_at",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """One labeled image; `boxes` have the keys of `BOX_FIELDS`, pixels half-open, in their order.

    `document` is the VOC document that it came with, byte for byte, `document_name` its file's name.
    """

    id: int
    name: str
    file: str
    format: str
    sha256: str
    width: int
    height: int
    channels: int
    bit_depth: int
    split: str
    state: str
    part: str = ""
    lot: str = ""
    line: str = ""
    captured_at: datetime | None = None
    boxes: tuple[Mapping[str, Any], ...] = ()
    document: bytes = b""
    document_name: str = ""
    one_based: bool = False


def free_name(wanted: str, longer: str, taken: set[str]) -> str:
    """Return the first of `wanted`, `longer` and numbered ones that is free, on any system, and take it."""
    name, number = wanted, 2
    while name.casefold() in taken:
        stem = PurePath(longer)
        name = longer if longer.casefold() not in taken else f"{stem.stem}-{number}{stem.suffix}"
        number += 1
    taken.add(name.casefold())
    return name
