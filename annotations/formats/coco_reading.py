"""Read COCO detection annotations: one JSON document with `images`, `annotations` and `categories`.

`bbox` is [x, y, width, height] in pixels. An annotation that has only polygons gets the box around them; a
crowd (`iscrowd`) or an ignored one becomes a difficult box, as COCO's metrics leave both out. A mask in
run-length encoding has no corners to read and is refused.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from annotations.formats.labels import (
    MOST_BYTES,
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
    highest_grades,
)

_LISTS = ("images", "annotations", "categories")
_TRUTH = {"0": False, "1": True, "false": False, "true": True}
# Written by Label Studio beside YOLO labels; other tools leave such files beside their data too.
_OTHERS = {"notes.json", "package.json", "info.json"}


def read(files: Files) -> Found:
    """Find the COCO documents among `files`; each image of each is one item."""
    items: list[Pending] = []
    problems: list[FormatError] = []
    used: set[str] = set()
    for path, content in files.items():
        try:
            document = _document(path, content())
        except FormatError as error:
            if base_name(path).lower() not in _OTHERS:
                problems.append(error)
            continue
        used.add(path)
        try:
            found, more = _items(path, document)
        except FormatError as error:
            problems.append(error)
            continue
        items += found
        problems += more
    return Found(recognised=bool(used), items=items, problems=problems, used=frozenset(used))


def _document(source: str, data: bytes) -> Mapping[str, list[Any]]:
    """Return the parsed document. Raises FormatError for what is not JSON or not COCO."""
    if len(data) > MOST_BYTES:
        raise FormatError(
            source, "", f"has {len(data):,} bytes; at most {MOST_BYTES:,} are read, so split it"
        )
    try:
        document = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(source, "", f"is not well-formed JSON ({str(error)[:200]})") from error
    if not isinstance(document, dict) or not all(isinstance(document.get(name), list) for name in _LISTS[:2]):
        raise FormatError(source, "", "is JSON, but not COCO: it needs the lists images and annotations")
    return document


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _items(source: str, document: Mapping[str, list[Any]]) -> tuple[list[Pending], list[FormatError]]:
    names = _categories(source, document.get("categories"))
    by_image: dict[object, list[tuple[int, Mapping[str, Any]]]] = defaultdict(list)
    problems: list[FormatError] = []
    known = {_key(image.get("id")) for image in document["images"] if isinstance(image, dict)}
    for place, entry in enumerate(document["annotations"]):
        image = _key(entry.get("image_id")) if isinstance(entry, dict) else None
        if image is None:
            problems.append(FormatError(source, f"annotations[{place}]", "has no image_id"))
        elif image not in known:
            reason = f"its image_id {str(entry['image_id'])[:40]} is not in images"
            problems.append(FormatError(source, f"annotations[{place}]", reason))
        else:
            by_image[image].append((place, entry))
    grades = _grades(names, document["annotations"])
    items: list[Pending] = []
    seen: set[object] = set()
    for place, image in enumerate(document["images"]):
        key = _key(image.get("id")) if isinstance(image, dict) else None
        if key is None or not isinstance(image.get("file_name"), str) or not base_name(image["file_name"]):
            problems.append(FormatError(source, f"images[{place}]", "needs an id and a file_name"))
        elif key in seen:
            problems.append(FormatError(source, f"images[{place}]", "its id stands more than once"))
        else:
            seen.add(key)
            load = partial(_labels, source, place, image, by_image[key], names, grades)
            items.append(Pending(source, load))
    return items, problems


def _key(value: object) -> object:
    """Return an id that can be looked up; None for what is no id."""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else None


def _categories(source: str, listed: object) -> dict[object, str]:
    if not isinstance(listed, list):
        raise FormatError(source, "", "has no list categories; export it with its categories")
    names: dict[object, str] = {}
    for place, entry in enumerate(listed):
        where = f"categories[{place}]"
        key = _key(entry.get("id")) if isinstance(entry, dict) else None
        if key is None or key in names:
            raise FormatError(source, where, "needs an id of its own")
        names[key] = checked_name(entry.get("name"), source, where)
    return names


def _labels(
    source: str,
    place: int,
    image: Mapping[str, Any],
    entries: Sequence[tuple[int, Mapping[str, Any]]],
    names: Mapping[object, str],
    grades: Mapping[str, int],
) -> FileLabels:
    where = f"images[{place}]"
    return FileLabels(
        source=source,
        place=where,
        image=image["file_name"].replace("\\", "/"),
        width=_size(source, where, image.get("width")),
        height=_size(source, where, image.get("height")),
        boxes=tuple(_box(source, f"annotations[{number}]", entry, names) for number, entry in entries),
        grades=grades,
    )


def _size(source: str, where: str, value: object) -> int | None:
    """Return a stated count of pixels; None when the file does not state it, or states 0."""
    if value is None:
        return None
    number = checked_number(value, source, where)
    if number < 0 or number != int(number):
        raise FormatError(source, where, f"{str(value)[:40]} is not a count of pixels")
    return int(number) or None


def _box(source: str, where: str, entry: Mapping[str, Any], names: Mapping[object, str]) -> FileBox:
    category = _key(entry.get("category_id"))
    if category not in names:
        raise FormatError(source, where, f"its category_id {str(category)[:40]} is not in categories")
    left, top, right, bottom = _sides(source, where, entry)
    attributes = entry.get("attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    pose = attributes.get("pose")
    marks = {
        flag: _truth(source, where, flag, attributes.get(flag))
        for flag in ("difficult", "truncated", "occluded")
    }
    left_out = any(_truth(source, where, flag, entry.get(flag)) for flag in ("iscrowd", "ignore"))
    marks["difficult"] = marks["difficult"] or left_out
    return FileBox(
        place=where,
        type_name=names[category],
        xmin=left,
        ymin=top,
        xmax=right,
        ymax=bottom,
        grade=_grade(attributes),
        pose=pose if isinstance(pose, str) else "Unspecified",
        **marks,
    )


def _sides(source: str, where: str, entry: Mapping[str, Any]) -> tuple[float, float, float, float]:
    bbox = entry.get("bbox")
    if bbox:
        if not isinstance(bbox, list) or len(bbox) != 4:
            raise FormatError(source, f"{where}/bbox", "must be [x, y, width, height]")
        x, y, width, height = (checked_number(value, source, f"{where}/bbox") for value in bbox)
        return x, y, x + width, y + height
    polygons = entry.get("segmentation")
    if isinstance(polygons, dict):
        reason = "has a run-length mask and no bbox; export it with boxes"
        raise FormatError(source, where, reason)
    flat = [part for part in polygons if isinstance(part, list)] if isinstance(polygons, list) else []
    points = [checked_number(value, source, f"{where}/segmentation") for part in flat for value in part]
    if not points or any(len(part) % 2 for part in flat):
        raise FormatError(source, where, "has neither a bbox nor polygons; export it with boxes")
    return min(points[::2]), min(points[1::2]), max(points[::2]), max(points[1::2])


def _truth(source: str, where: str, name: str, value: object) -> bool:
    if value is None:
        return False
    text = str(value).lower()
    if text not in _TRUTH:
        raise FormatError(source, f"{where}/{name}", f"{text[:40]!r} is neither 0 nor 1")
    return _TRUTH[text]


def _grade(attributes: Mapping[str, Any]) -> int | None:
    """Return the grade that an export of Blemish wrote; another tool's attribute of this name is none."""
    grade = attributes.get("grade")
    return grade if isinstance(grade, int) and not isinstance(grade, bool) and grade > 0 else None


def _grades(names: Mapping[object, str], entries: Sequence[object]) -> dict[str, int]:
    """Return the highest grade of each type in the whole document, so that a new type gets all of them."""
    graded = (
        (names.get(_key(entry.get("category_id")), ""), _grade(entry["attributes"]))
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("attributes"), dict)
    )
    return highest_grades(graded)


READER = Reader(
    claims=lambda path: path.lower().endswith(".json"),
    read=read,
    needs="a JSON file with images, annotations and categories; the images beside it, or in the project",
)
