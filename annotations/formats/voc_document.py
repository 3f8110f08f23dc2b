"""Write VOC annotations: a fresh one in LabelImg's layout, or changes into the document that was read.

`rewrite` edits only what differs. An object that still holds what was read keeps its text (`012.50` stays),
and a document without any change comes back byte for byte. Unknown elements, attributes, comments, the
declaration, the encoding and the line ends of the document stay.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence

from lxml import etree

from annotations.formats.voc import FLAGS, VocAnnotation, VocObject, leaf_text, parse, read
from annotations.geometry import CORNERS

# LabelImg's order, then what it does not know.
_ORDER = ("name", "pose", "truncated", "difficult", "occluded", "bndbox", "grade")
_MISC = r"(?:\s+|<!--.*?-->|<\?.*?\?>)*"
_PROLOG = re.compile(rf"\A\ufeff?{_MISC}", re.DOTALL)
_EPILOG = re.compile(rf"(?:</annotation\s*>|/>)({_MISC})\Z", re.DOTALL)
# Characters that XML 1.0 cannot hold in any form.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def write(annotation: VocAnnotation) -> bytes:
    """Return a fresh document in LabelImg's layout: tabs, UTF-8, no declaration.

    `annotation.extra` belongs to a document that was read and is not written; `rewrite` keeps it.
    """
    root = etree.Element("annotation")
    if annotation.verified:
        root.set("verified", "yes")
    _add(root, "folder", annotation.folder)
    _add(root, "filename", annotation.filename)
    _add(_add(root, "source"), "database", "Unknown")
    size = _add(root, "size")
    for tag in ("width", "height", "depth"):
        _add(size, tag, str(getattr(annotation, tag) or 0))
    _add(root, "segmented", "0")
    root.extend(_object_element(obj) for obj in annotation.objects)
    etree.indent(root, space="\t")
    return etree.tostring(root, encoding="utf-8", xml_declaration=False) + b"\n"


def rewrite(
    document: bytes,
    *,
    kept: Mapping[int, VocObject],
    added: Sequence[VocObject] = (),
    name: str = "annotation",
) -> bytes:
    """Return `document` with its objects as they are now.

    `kept` maps the place of an object in the document (from 0) to what it holds now; an object without an
    entry was deleted. `added` come after the others. Raises VocError when the document cannot be read.
    """
    before = read(document, name=name).objects
    if not added and kept == dict(enumerate(before)):
        return document
    root = parse(document, name=name)
    steps = _indentation(root)
    for place, node in enumerate(root.findall("object")):
        if place not in kept:
            _remove(node)
        elif kept[place] != before[place]:
            _update(node, before[place], kept[place], steps)
    for obj in added:
        node = _object_element(obj)
        _lay_out(node, steps, depth=1)
        _insert(root, node, _after_last_object(root), steps, depth=0)
    return _spliced(document, root)


def number_text(value: float) -> str:
    """Write a coordinate: no point in whole numbers, else the shortest form that reads back equal."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _values(obj: VocObject) -> dict[str, str]:
    """Return the text of every element that this object needs, in LabelImg's order."""
    texts = {"name": obj.name, "pose": obj.pose}
    texts |= {flag: str(int(getattr(obj, flag))) for flag in ("truncated", "difficult")}
    if obj.occluded:
        texts["occluded"] = "1"
    texts["bndbox"] = ""
    if obj.grade is not None:
        texts["grade"] = str(obj.grade)
    return texts


def _object_element(obj: VocObject) -> etree._Element:
    node = etree.Element("object")
    for tag, text in _values(obj).items():
        child = _add(node, tag, text or None)
        if tag == "bndbox":
            for side in CORNERS:
                _add(child, side, number_text(getattr(obj, side)))
    for text in obj.extra:
        node.append(etree.fromstring(text))
    return node


def _update(node: etree._Element, old: VocObject, new: VocObject, steps: _Indentation) -> None:
    for tag in ("name", "pose", "grade", *FLAGS):
        value = getattr(new, tag)
        if value == getattr(old, tag):
            continue
        child = node.find(tag)
        if value is None:
            if child is not None:
                _remove(child)
        else:
            text = value if isinstance(value, str) else str(int(value))
            if child is None:
                child = etree.Element(tag)
                _insert(node, child, _place_of(node, tag), steps, depth=1)
            _set_text(child, text)
    for side in CORNERS:
        if getattr(new, side) != getattr(old, side):
            child = node.find(f"bndbox/{side}")
            assert child is not None  # `voc` reads no object without its four sides
            _set_text(child, number_text(getattr(new, side)))


def _place_of(node: etree._Element, tag: str) -> int:
    """Return where a new child goes: after the last one that LabelImg's order puts before it."""
    earlier = set(_ORDER[: _ORDER.index(tag)])
    places = [place for place, child in enumerate(node) if child.tag in earlier]
    return places[-1] + 1 if places else 0


def _after_last_object(root: etree._Element) -> int:
    objects = root.findall("object")
    return root.index(objects[-1]) + 1 if objects else len(root)


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, tag)
    child.text = text and _UNWRITABLE.sub(" ", text)
    return child


def _set_text(node: etree._Element, text: str) -> None:
    """Replace an element's own text; white space around it and comments in it stay."""
    old = node.text or ""
    text = _UNWRITABLE.sub(" ", text)
    bare = leaf_text(node) == old.strip() and old.strip()
    node.text = old.replace(old.strip(), text, 1) if bare else text
    for child in node:
        child.tail = None


class _Indentation:
    """How a document indents: the white space before a child at each depth; None in a one-line document."""

    def __init__(self, line: str | None, unit: str) -> None:
        self.line, self.unit = line, unit

    def before(self, depth: int) -> str | None:
        """Return the white space before a child of an element at `depth` (0 = the root)."""
        return None if self.line is None else self.line + self.unit * (depth + 1)


def _indentation(root: etree._Element) -> _Indentation:
    if len(root) and "\n" not in (root.text or ""):
        return _Indentation(None, "")
    closing = root[-1].tail if len(root) else None
    line = "\n" + (closing or "").rpartition("\n")[2] if closing and not closing.strip() else "\n"
    opening = "\n" + (root.text or "\n\t").rpartition("\n")[2]
    unit = opening[len(line) :] if opening.startswith(line) else "\t"
    return _Indentation(line, unit if not unit.strip() else "\t")


def _lay_out(node: etree._Element, steps: _Indentation, *, depth: int) -> None:
    """Give a new element's children the document's indentation; `depth` is the element's own."""
    if not len(node):
        return
    node.text = steps.before(depth)
    for child in node:
        child.tail = steps.before(depth)
        _lay_out(child, steps, depth=depth + 1)
    node[-1].tail = steps.before(depth - 1)


def _insert(
    parent: etree._Element, node: etree._Element, place: int, steps: _Indentation, *, depth: int
) -> None:
    """Insert `node` as child number `place`, with white space as its neighbours have it."""
    if place == 0:
        before = parent.text if len(parent) else steps.before(depth)
        parent.text = before
        node.tail = before if len(parent) else steps.before(depth - 1)
    else:
        previous = parent[place - 1]
        node.tail = previous.tail
        if place == len(parent):
            previous.tail = steps.before(depth) if steps.line is not None else None
    parent.insert(place, node)


def _remove(node: etree._Element) -> None:
    """Take an element out with the white space before it; text that follows it stays."""
    parent, previous = node.getparent(), node.getprevious()
    assert parent is not None  # nobody removes the root
    tail = node.tail or ""
    before = (parent.text if previous is None else previous.tail) or ""
    last = node.getnext() is None
    kept = tail if last or tail.strip() else before
    if before.strip():
        kept = before + tail
    parent.remove(node)
    if previous is None:
        parent.text = kept or None
    else:
        previous.tail = kept or None


def _spliced(document: bytes, root: etree._Element) -> bytes:
    """Serialise `root` between the original's own first and last lines, in its encoding and line ends."""
    encoding = next((codec for bom, codec in _BOMS if document.startswith(bom)), None)
    declared = root.getroottree().docinfo.encoding or "utf-8"
    try:
        text = document.decode(encoding or declared)
    except (LookupError, UnicodeDecodeError):
        # An encoding that only the parser knows: it can write it too, with its own declaration.
        written = etree.tostring(root.getroottree(), encoding=declared, xml_declaration=True)
        return written if isinstance(written, bytes) else written.encode(declared)
    if "/>" not in text:
        for node in root.iter(etree.Element):
            if not len(node) and node.text is None:
                node.text = ""
    body = etree.tostring(root, encoding="unicode", with_tail=False)
    if "\r\n" in text and not re.search(r"(?<!\r)\n", text):
        body = body.replace("\n", "\r\n")
    prolog, epilog = _PROLOG.search(text), _EPILOG.search(text)
    assert prolog is not None  # both match the empty text, too
    assert epilog is not None
    return (text[: prolog.end()] + body + text[epilog.start(1) :]).encode(
        encoding or declared, errors="xmlcharrefreplace"
    )
