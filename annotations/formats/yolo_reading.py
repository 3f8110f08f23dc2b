"""Read YOLO labels: a text file per image, and one file with the names of the classes.

The names are in `data.yaml` (Ultralytics), `classes.txt` (Label Studio, LabelImg) or `obj.names` (Darknet,
CVAT). A line is `class x y width height`, or a class and the corners of a polygon, whose surrounding box is
taken; all in shares of the image's size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath

import yaml

from annotations.formats.labels import (
    FileBox,
    FileLabels,
    Files,
    FormatError,
    Found,
    Pending,
    Reader,
    base_name,
    checked_name,
    checked_number,
)

MAX_BYTES = 8 << 20
# PyYAML reads about this much a second.
MAX_YAML_BYTES = 256 << 10
_CLASS_TEXTS = {"classes.txt", "obj.names"}
# What tools write beside labels: lists of images, and Darknet's and Ultralytics' settings.
_LISTS = {"train.txt", "val.txt", "valid.txt", "test.txt"}
_SUFFIXES = (".txt", ".yaml", ".yml", ".names", ".data")


def claims(path: str) -> bool:
    """Return whether a path may be a label file, a file of class names or a setting."""
    return path.lower().endswith(_SUFFIXES)


def read(files: Files) -> Found:
    """Find label files and class names among `files`; each label file is one item."""
    class_files = [path for path in files if _holds_names(path)]
    labels = [path for path in files if _is_label(path)]
    problems: list[FormatError] = []
    lists: dict[str, list[str]] = {}
    for path in class_files:
        try:
            names = _class_names(path, files[path]())
        except FormatError as error:
            problems.append(error)
            continue
        if names is not None:
            lists[path] = names
    if not lists and not any("labels" in PurePosixPath(path).parts for path in labels):
        return Found(recognised=False, problems=problems)
    used = frozenset({*lists, *labels, *(path for path in files if _is_known(path))})
    if not lists:
        return Found(recognised=True, problems=problems or [_no_names(labels[0])], used=used)
    (first, names), *others = lists.items()
    if any(other != names for _, other in others):
        reason = f"names other classes than {others[0][0]}; leave one of them out"
        return Found(recognised=True, problems=[FormatError(first, "", reason)], used=used)
    items = [Pending(path, partial(_labels, path, files[path], names)) for path in labels]
    return Found(recognised=True, items=items, problems=problems, used=used)


def _no_names(label: str) -> FormatError:
    reason = "YOLO labels need the names of their classes: add data.yaml, classes.txt or obj.names"
    return FormatError(label, "", reason)


def _holds_names(path: str) -> bool:
    name = base_name(path).lower()
    return name in _CLASS_TEXTS or name.endswith((".yaml", ".yml", ".names"))


def _is_known(path: str) -> bool:
    name = base_name(path).lower()
    return name in _LISTS or name.endswith(".data")


def _is_label(path: str) -> bool:
    name = base_name(path).lower()
    return name.endswith(".txt") and name not in _LISTS | _CLASS_TEXTS and not name.startswith("readme")


def _text(source: str, data: bytes, most: int) -> str:
    if len(data) > most:
        raise FormatError(source, "", f"has {len(data):,} bytes; at most {most:,} are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(source, "", "is not UTF-8; save it as UTF-8") from error


def _class_names(source: str, data: bytes) -> list[str] | None:
    """Return the names by class id; None for a YAML file that has none, which may serve something else."""
    text = _text(source, data, MAX_YAML_BYTES)
    if not source.lower().endswith((".yaml", ".yml")):
        lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
        return [checked_name(line, source, f"line {number}") for number, line in enumerate(lines, start=1)]
    try:
        settings = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise FormatError(source, "", f"is not well-formed YAML ({str(error)[:200]})") from error
    names = settings.get("names") if isinstance(settings, dict) else None
    if names is None:
        return None
    if isinstance(names, dict):
        if set(names) != set(range(len(names))):
            raise FormatError(source, "names", "the class ids must be 0, 1, 2 … without a gap")
        names = [names[number] for number in range(len(names))]
    if not isinstance(names, list):
        raise FormatError(source, "names", "must be a list of names, or names by class id")
    return [_yaml_name(source, number, name) for number, name in enumerate(names)]


def _yaml_name(source: str, number: int, name: object) -> str:
    where = f"names[{number}]"
    if isinstance(name, str):
        # Exports of before wrote a letter beyond 16 bits as a surrogate pair, which YAML does not join.
        name = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    elif isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    else:
        raise FormatError(source, where, "is read as something else than a text; put it in quotes")
    return checked_name(name, source, where)


def _labels(source: str, content: Callable[[], bytes], names: list[str]) -> FileLabels:
    lines = _text(source, content(), MAX_BYTES).splitlines()
    boxes = [_box(source, number, line, names) for number, line in enumerate(lines, start=1) if line.strip()]
    return FileLabels(source=source, boxes=tuple(boxes), shares=True)


def _box(source: str, number: int, line: str, names: list[str]) -> FileBox:
    where = f"line {number}"
    words = line.split()
    if len(words) == 6:
        raise FormatError(source, where, "has a score after the box: it is a model's prediction, not a label")
    if len(words) != 5 and (len(words) < 7 or len(words) % 2 == 0):
        raise FormatError(source, where, f"has {len(words)} numbers; a box has 5: class x y width height")
    if not (words[0].isascii() and words[0].isdecimal() and len(words[0]) < 10):
        raise FormatError(source, where, f"{words[0][:40]!r} is not a class id")
    if (class_id := int(words[0])) >= len(names):
        raise FormatError(source, where, f"class {class_id} has no name; {len(names)} classes are named")
    values = [checked_number(word, source, where) for word in words[1:]]
    if len(values) == 4:
        x, y, width, height = values
        sides = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    else:
        sides = (min(values[::2]), min(values[1::2]), max(values[::2]), max(values[1::2]))
    left, top, right, bottom = sides
    if max(map(abs, values)) > 2:
        raise FormatError(source, where, "has numbers beyond 1; YOLO takes shares of the image's size")
    return FileBox(place=where, type_name=names[class_id], xmin=left, ymin=top, xmax=right, ymax=bottom)


READER = Reader(
    claims=claims,
    read=read,
    needs="labels/*.txt and data.yaml, classes.txt or obj.names; the images beside them, or in the project",
)
