"""What an `<object>` of a VOC file is as a box of Blemish, and back.

Import and export go through the same function, so "this box is as it was read" means one thing: its values
equal what reading the object again would give. Then the export leaves the object's text alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from annotations.formats import voc
from annotations.formats.labels import MAX_NAME, MAX_POSE
from annotations.formats.voc import FLAGS, VocAnnotation, VocObject
from annotations.geometry import CORNERS

_NAMESPACE = uuid.UUID("6f1b2c0e-6f0c-5a5e-9d5e-0b1e2f7c4a11")


def uid_of(sha256: str, place: int) -> uuid.UUID:
    """Return the uid of the box read from object `place` (from 0) of the image with this content.

    Derived and not drawn, so that a box that was deleted and brought back finds its object again.
    """
    return uuid.uuid5(_NAMESPACE, f"{sha256}/{place}")


def check_size(
    annotation: VocAnnotation, *, width: int, height: int, image_name: str, name: str = ""
) -> None:
    """Raise voc.BadElement unless the size that the file states, if it does, is that of the image."""
    stated = (annotation.width or width, annotation.height or height)
    if stated != (width, height):
        reason = f"says {stated[0]} × {stated[1]}, but {image_name} has {width} × {height} pixels"
        raise voc.BadElement(name, "annotation/size", reason)


def values_of(
    annotation: VocAnnotation, *, one_based: bool, width: int, height: int, name: str = ""
) -> list[dict[str, Any]]:
    """Return the box values of each object, in order, with `type_name` and `clipped`.

    Raises voc.BadElement, which names the file (`name`) and the element.
    """
    return [
        _values(obj, one_based=one_based, width=width, height=height, name=name, number=number)
        for number, obj in enumerate(annotation.objects, start=1)
    ]


def _values(
    obj: VocObject, *, one_based: bool, width: int, height: int, name: str, number: int
) -> dict[str, Any]:
    if len(obj.name) > MAX_NAME:
        raise voc.BadElement(
            name,
            f"annotation/object[{number}]/name",
            f"has {len(obj.name)} characters; at most {MAX_NAME} fit",
        )
    box = voc.pixel_box(obj, one_based=one_based, width=width, height=height, name=name, number=number)
    return {
        "type_name": obj.name,
        **{side: getattr(box, side) for side in CORNERS},
        **{flag: getattr(obj, flag) for flag in FLAGS},
        "pose": obj.pose[:MAX_POSE],
        "grade": obj.grade,
        "clipped": box.clipped,
    }


def objects_now(
    annotation: VocAnnotation,
    boxes: Iterable[Mapping[str, Any]],
    *,
    sha256: str,
    one_based: bool,
    width: int,
    height: int,
) -> tuple[dict[int, VocObject], list[VocObject]]:
    """Return (kept, added) for `voc_document.rewrite`: what the image's boxes make of the document's objects.

    `boxes` have the keys of `values_of` and `uid`. A value that is as it was read keeps the file's number,
    also where reading clipped or shifted it.
    """
    places = {uid_of(sha256, place): place for place in range(len(annotation.objects))}
    read = values_of(annotation, one_based=one_based, width=width, height=height) if places else []
    kept: dict[int, VocObject] = {}
    added: list[VocObject] = []
    for box in boxes:
        place = places.get(box["uid"])
        if place is None:
            added.append(fresh_object(box, one_based=one_based))
        else:
            kept[place] = _merged(annotation.objects[place], read[place], box, one_based=one_based)
    return kept, added


def fresh_object(box: Mapping[str, Any], *, one_based: bool = False) -> VocObject:
    """Return a box as an object of a file with this coordinate convention."""
    sides = voc.file_coordinates(**{side: box[side] for side in CORNERS}, one_based=one_based)
    facts: dict[str, Any] = {flag: box[flag] for flag in FLAGS}
    facts |= zip(CORNERS, sides, strict=True)
    return VocObject(name=box["type_name"], pose=box["pose"], grade=box["grade"], **facts)


def _merged(
    original: VocObject, read: Mapping[str, Any], box: Mapping[str, Any], *, one_based: bool
) -> VocObject:
    now = fresh_object(box, one_based=one_based)
    names = {"type_name": "name"}
    changes = {
        names.get(key, key): getattr(now, names.get(key, key))
        for key in ("type_name", "pose", "grade", *FLAGS, *CORNERS)
        if box[key] != read[key]
    }
    return replace(original, **changes) if changes else original
