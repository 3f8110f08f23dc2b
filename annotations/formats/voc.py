"""PASCAL VOC annotation files, read with lxml into frozen values that hold what the file holds.

Coordinates: a `VocObject` keeps the file's own numbers. `pixel_box` turns them into Blemish's pixels
(half-open, origin top-left) and `file_coordinates` turns them back. With `one_based=False` (LabelImg's habit)
the numbers are the same on both sides. With `one_based=True` the file follows the VOC devkit, where the first
pixel is 1 and the last one belongs to the box: `(xmin - 1, ymin - 1, xmax, ymax)` are our pixels.

Writing, fresh or into the document that was read, is in `voc_document`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import IO, Any

from lxml import etree

from annotations.formats.labels import FormatError, clipped_to
from annotations.geometry import CORNERS

MAX_BYTES = 32 * 1024 * 1024
FLAGS = ("truncated", "difficult", "occluded")
_KNOWN_HEAD = {"folder", "filename", "size"}
_SIZES = ("width", "height", "depth")
_KNOWN_OBJECT = {"name", "pose", "bndbox", "grade", *FLAGS}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_TRUTH = {"0": False, "1": True, "false": False, "true": True, "no": False, "yes": True, "": False}
# Looked for before any parser sees the file, in every encoding that a parser would take them in.
_DECLARATIONS = tuple(
    word.encode(encoding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


class VocError(FormatError):
    """An annotation that cannot be used; names the file, the element and the reason."""

    def __init__(self, source: str, element: str, reason: str) -> None:
        self.element = element
        super().__init__(source, element, reason)


class NotVoc(VocError):
    """The file is not a VOC annotation at all."""


class UnsafeXml(VocError):
    """The file declares a document type or entities, which no annotation needs."""


class BadElement(VocError):
    """One element is missing or holds something that it must not."""


@dataclass(frozen=True, kw_only=True)
class VocObject:
    """One `<object>`; coordinates are the file's own numbers, `extra` the unknown elements as XML text."""

    name: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    pose: str = "Unspecified"
    truncated: bool = False
    difficult: bool = False
    occluded: bool = False
    grade: int | None = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VocAnnotation:
    """One annotation file; a size that the file does not state, or states as 0, is None."""

    filename: str
    objects: tuple[VocObject, ...] = ()
    folder: str = ""
    width: int | None = None
    height: int | None = None
    depth: int | None = None
    verified: bool = False
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PixelBox:
    """Half-open pixels inside the image; `clipped` when the file's box reached beyond it."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float
    clipped: bool = False


def read(source: str | PathLike[str] | bytes | IO[bytes], *, name: str = "") -> VocAnnotation:
    """Read one annotation from a path, bytes or an open file.

    `name` is what errors call the file; by default its path. Raises VocError (or OSError for the path).
    """
    data, label = _bytes_of(source, name)
    root = parse(data, name=label)
    head = _children(root, _KNOWN_HEAD, label, "annotation")
    size = head.get("size")
    sizes = {} if size is None else _children(size, _SIZES, label, "annotation/size")
    width, height, depth = (_size_number(sizes, tag, label) for tag in _SIZES)
    return VocAnnotation(
        filename=_text_of(head, "filename", label, "annotation") or "",
        folder=_text_of(head, "folder", label, "annotation") or "",
        width=width,
        height=height,
        depth=depth,
        verified=(root.get("verified") or "").strip().lower() in ("yes", "true", "1"),
        objects=tuple(
            _read_object(node, label, number) for number, node in enumerate(root.findall("object"), start=1)
        ),
        extra=_unknown(root, {*_KNOWN_HEAD, "object"}),
    )


def parse(data: bytes, *, name: str) -> etree._Element:
    """Parse the bytes into the `<annotation>` element; refuse what is not safe, well-formed or VOC."""
    if len(data) > MAX_BYTES:
        raise NotVoc(name, "", f"has {len(data):,} bytes; an annotation may have {MAX_BYTES:,}")
    if any(word in data for word in _DECLARATIONS):
        raise UnsafeXml(name, "", _UNSAFE)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, strip_cdata=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotVoc(name, "", f"is not well-formed XML ({error})") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnsafeXml(name, "", _UNSAFE)
    if root.tag != "annotation":
        raise NotVoc(name, "", f"is XML, but its root is <{root.tag}> and not <annotation>")
    return root


_UNSAFE = "declares a document type or entities, which Blemish refuses; save it without <!DOCTYPE …>"


def pixel_box(
    obj: VocObject, *, one_based: bool, width: int, height: int, name: str = "", number: int = 1
) -> PixelBox:
    """Turn an object's numbers into pixels inside an image of `width` × `height`.

    `name` and `number` (the object's place, from 1) are for errors. Raises BadElement for a box that is
    inverted, empty or wholly outside the image.
    """
    shift = 1.0 if one_based else 0.0
    left, top, right, bottom = obj.xmin - shift, obj.ymin - shift, obj.xmax, obj.ymax
    sides = (left, top, right, bottom)
    try:
        inside = clipped_to(sides, width=width, height=height)
    except ValueError as error:
        raise BadElement(name, f"annotation/object[{number}]/bndbox", str(error)) from None
    return PixelBox(xmin=inside[0], ymin=inside[1], xmax=inside[2], ymax=inside[3], clipped=inside != sides)


def file_coordinates(
    *, xmin: float, ymin: float, xmax: float, ymax: float, one_based: bool
) -> tuple[float, float, float, float]:
    """Turn half-open pixels into the numbers that a file of this convention holds."""
    shift = 1.0 if one_based else 0.0
    return xmin + shift, ymin + shift, xmax, ymax


def leaf_text(node: etree._Element) -> str:
    """Return an element's own text without the comments in it, stripped."""
    return "".join([node.text or "", *(child.tail or "" for child in node)]).strip()


def _bytes_of(source: str | PathLike[str] | bytes | IO[bytes], name: str) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, name or "annotation"
    if isinstance(source, str | PathLike):
        path = Path(source)
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1), name or str(path)
    return source.read(MAX_BYTES + 1), name or str(getattr(source, "name", "annotation"))


def _read_object(node: etree._Element, source: str, number: int) -> VocObject:
    where = f"annotation/object[{number}]"
    children = _children(node, _KNOWN_OBJECT, source, where)
    name = _text_of(children, "name", source, where)
    if not name:
        raise BadElement(source, f"{where}/name", "is missing or empty")
    if "bndbox" not in children:
        raise BadElement(source, f"{where}/bndbox", "is missing")
    sides = _children(children["bndbox"], CORNERS, source, f"{where}/bndbox")
    pose = _text_of(children, "pose", source, where)
    flags = {tag: _flag(children, tag, source, where) for tag in FLAGS}
    corners = {tag: _coordinate(sides, tag, source, f"{where}/bndbox") for tag in CORNERS}
    facts: dict[str, Any] = flags | corners
    return VocObject(
        name=name,
        pose="Unspecified" if pose is None else pose,
        grade=_grade(children.get("grade")),
        extra=_unknown(node, _KNOWN_OBJECT),
        **facts,
    )


def _children(
    node: etree._Element, known: Collection[str], source: str, where: str
) -> dict[str, etree._Element]:
    """Return the children with known tags, each of which may stand once."""
    found: dict[str, etree._Element] = {}
    for child in node:
        tag = child.tag
        if tag not in known:
            continue
        if tag in found:
            raise BadElement(source, f"{where}/{tag}", "stands more than once")
        found[tag] = child
    return found


def _text_of(children: Mapping[str, etree._Element], tag: str, source: str, where: str) -> str | None:
    child = children.get(tag)
    if child is None:
        return None
    if not len(child):
        return (child.text or "").strip()
    if any(isinstance(inner.tag, str) for inner in child):
        raise BadElement(source, f"{where}/{tag}", "holds elements where text was expected")
    return leaf_text(child)


def _number(text: str, source: str, where: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(value):
        raise BadElement(source, where, f'"{text}" is not a number')
    return value


def _coordinate(sides: Mapping[str, etree._Element], tag: str, source: str, where: str) -> float:
    text = _text_of(sides, tag, source, where)
    if text is None:
        raise BadElement(source, f"{where}/{tag}", "is missing")
    return _number(text, source, f"{where}/{tag}")


def _size_number(sizes: Mapping[str, etree._Element], tag: str, source: str) -> int | None:
    text = _text_of(sizes, tag, source, "annotation/size")
    if not text:
        return None
    value = _number(text, source, f"annotation/size/{tag}")
    if value < 0 or value != int(value):
        raise BadElement(source, f"annotation/size/{tag}", f'"{text}" is not a count of pixels')
    return int(value) or None


def _flag(children: Mapping[str, etree._Element], tag: str, source: str, where: str) -> bool:
    text = _text_of(children, tag, source, where)
    if text is None:
        return False
    if text.lower() not in _TRUTH:
        raise BadElement(source, f"{where}/{tag}", f'"{text}" is neither 0 nor 1')
    return _TRUTH[text.lower()]


def _grade(node: etree._Element | None) -> int | None:
    """Return the grade that an export of Blemish wrote; another tool's `<grade>A</grade>` is none."""
    text = "" if node is None else leaf_text(node)
    return int(text) if text.isdecimal() and int(text) > 0 else None


def _unknown(node: etree._Element, known: Collection[str]) -> tuple[str, ...]:
    return tuple(
        etree.tostring(child, encoding="unicode", with_tail=False)
        for child in node
        if isinstance(child.tag, str) and child.tag not in known
    )
