"""Label maps of the TensorFlow Object Detection API: `item { id: 1 name: 'scratch' }` in text form.

Only the protobuf text that label maps use is read: items with an id, a name, and perhaps other plain fields,
which are skipped. COCO's and Open Images' maps have machine ids such as /m/01g317 for names; there the
display_name is meant.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from annotations.errors import BlemishError

_ITEM = re.compile(r"item\s*:?\s*\{(?P<body>(?:[^{}\"']|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')*)\}")
_FIELD = re.compile(r"(\w+)\s*:\s*(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^\s,;]+)")
_COMMENT = re.compile(r"(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|#[^\n]*")
_ESCAPE = re.compile(r"\\(.)")


class BadLabelMap(BlemishError):
    """A label map that cannot be read; the sentence names the file and the item."""

    default_code = "bad_label_map"


def parse(text: str, *, name: str = "label map") -> dict[int, str]:
    """Return {id: name} of the label map `text`, ids from 1; raises BadLabelMap with `name` and item."""
    text = _COMMENT.sub(lambda found: found.group(1) or "", text)
    labels: dict[int, str] = {}
    for number, item in enumerate(_ITEM.finditer(text), start=1):
        fields = dict(_FIELD.findall(item["body"]))
        if not fields.get("id", "").isdecimal() or int(fields["id"]) < 1:
            raise BadLabelMap(f"{name}, item {number}: it needs an id from 1, as in id: 1.")
        label = _read_name(fields)
        if not label:
            raise BadLabelMap(f"{name}, item {number}: it needs a name, as in name: 'scratch'.")
        identity = int(fields["id"])
        if identity in labels or label in labels.values():
            raise BadLabelMap(
                f"{name}, item {number}: the id {identity} or the name {label!r} appears twice."
            )
        labels[identity] = label
    if not labels:
        raise BadLabelMap(f"{name} holds no item; a label map reads item {{ id: 1 name: 'scratch' }}.")
    return labels


def _read_name(fields: Mapping[str, str]) -> str:
    name, shown = (_ESCAPE.sub(r"\1", fields.get(key, "")[1:-1]).strip() for key in ("name", "display_name"))
    return shown if shown and (not name or name.startswith("/m/")) else name


def read(path: Path) -> dict[int, str]:
    """Return {id: name} of the label map in `path`; raises BadLabelMap."""
    try:
        return parse(path.read_text(encoding="utf-8"), name=path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise BadLabelMap(f"{path} cannot be read: {error}.") from error


def write(labels: Mapping[int, str]) -> str:
    """Return `labels` {id: name} as the text of a label map, by id."""

    def quote(label: str) -> str:
        return "'" + label.replace("\\", "\\\\").replace("'", "\\'") + "'"

    items = (
        f"item {{\n  id: {identity}\n  name: {quote(labels[identity])}\n}}\n" for identity in sorted(labels)
    )
    return "".join(items)
