"""One image with its boxes, as the writers of every format take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ImageRecord:
    """One labeled image; `boxes` have the keys of `exports.BOX_FIELDS`, pixels half-open, in their order.

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
    captured_at: object = None
    boxes: tuple[Mapping, ...] = ()
    document: bytes = b""
    document_name: str = ""
    one_based: bool = False
