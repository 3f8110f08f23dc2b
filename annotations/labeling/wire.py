"""The JSON of boxes: read and check it into frozen values, and write it.

Coordinates are pixels of the original, half-open [xmin, xmax), inside the image.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from annotations.errors import InvalidBox
from annotations.geometry import CORNERS, corners_of
from annotations.models import Box, DefectType, Image, ProposedBox
from annotations.severity.from_grades import likely_grade, severity_of

MAX_BOXES = 20_000
FLAGS = ("difficult", "truncated", "occluded")


@dataclass(frozen=True)
class BoxValues:
    """The values of one box that a person can edit."""

    uid: uuid.UUID
    defect_type: DefectType
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    grade: int | None = None
    difficult: bool = False
    truncated: bool = False
    occluded: bool = False
    pose: str = "Unspecified"

    @property
    def corners(self) -> tuple[float, float, float, float]:
        """Return (xmin, ymin, xmax, ymax) in pixels."""
        return corners_of(self)


def _fail(index: int, item: object, field: str, why: str) -> InvalidBox:
    identity = item.get("id") if isinstance(item, dict) else None
    name = f"Box {index + 1}" + (f" ({identity})" if identity else "")
    return InvalidBox(f"{name}, field {field}: {why}", index=index, box=identity, field=field)


def _uid(index: int, item: dict) -> uuid.UUID:
    try:
        return uuid.UUID(str(item.get("id")))
    except ValueError:
        raise _fail(index, item, "id", "give each box a UUID of your own.") from None


def _corners(index: int, item: dict, image: Image) -> dict[str, Any]:
    corners = {}
    for side in CORNERS:
        value = item.get(side)
        # JSON allows integers of any length; beyond a double they are no coordinate.
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
            raise _fail(index, item, side, f"{str(value)[:40]} is not a number inside an image.")
        limit = image.width if side.startswith("x") else image.height
        if not 0 <= value <= limit:
            raise _fail(index, item, side, f"{value:g} lies outside the image (0 to {limit}).")
        corners[side] = float(value)
    for low, high in (("xmin", "xmax"), ("ymin", "ymax")):
        if corners[low] >= corners[high]:
            raise _fail(index, item, high, f"{corners[high]:g} must be greater than {low} {corners[low]:g}.")
    return corners


def _grade(index: int, item: dict, defect_type: DefectType, levels: set[int]) -> int | None:
    grade = item.get("grade")
    if grade is None:
        return None
    if isinstance(grade, bool) or not isinstance(grade, int):
        raise _fail(index, item, "grade", f"{grade!r} is not a whole number.")
    if not defect_type.graded:
        raise _fail(index, item, "grade", f"the type {defect_type.name} is not graded; send null.")
    if grade not in levels:
        known = ", ".join(map(str, sorted(levels))) or "none yet"
        raise _fail(index, item, "grade", f"{grade} is no grade of {defect_type.name} (it has {known}).")
    return grade


def storable(text: str) -> bool:
    """Return whether every database stores `text`: no NUL and no lone surrogate, which JSON allows."""
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text)


def _attributes(index: int, item: dict) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for flag in FLAGS:
        value = item.get(flag, False)
        if not isinstance(value, bool):
            raise _fail(index, item, flag, f"{value!r} is neither true nor false.")
        values[flag] = value
    pose = item.get("pose", "Unspecified")
    if not isinstance(pose, str) or len(pose) > 60 or not storable(pose):
        raise _fail(index, item, "pose", "write a text of at most 60 characters.")
    values["pose"] = pose
    return values


def read_boxes(image: Image, data: object) -> list[BoxValues]:
    """Return the boxes in `data`, a list in the wire format, checked against `image` and its project's types.

    Raises InvalidBox, which names the box, its place in the list and the field.
    """
    if not isinstance(data, list):
        raise InvalidBox("boxes must be a list.", field="boxes")
    if len(data) > MAX_BOXES:
        raise InvalidBox(f"{len(data)} boxes are too many (at most {MAX_BOXES}).", field="boxes")
    types = image.project.types_by_name()
    levels = {name: {grade.level for grade in row.grades.all()} for name, row in types.items()}
    boxes, seen = [], set()
    for index, item in enumerate(data):
        if not isinstance(item, dict):
            raise _fail(index, item, "box", "is not an object.")
        uid = _uid(index, item)
        if uid in seen:
            raise _fail(index, item, "id", "appears twice in the list.")
        seen.add(uid)
        name = item.get("defect_type")
        if not isinstance(name, str) or name not in types:
            raise _fail(index, item, "defect_type", f"this project has no type {name!r}.")
        boxes.append(
            BoxValues(
                uid=uid,
                defect_type=types[name],
                grade=_grade(index, item, types[name], levels[name]),
                **_corners(index, item, image),
                **_attributes(index, item),
            )
        )
    return boxes


def _severity(box: Box | ProposedBox) -> float | None:
    return severity_of(
        box.defect_type.weights() if box.defect_type.graded else None,
        grade=getattr(box, "grade", None),
        probabilities=box.grade_probabilities,
        score=box.score,
    )


def box_to_wire(box: Box) -> dict:
    """Return `box` in the wire format with its read-only provenance; needs defect_type__grades loaded."""
    proposed = None
    if box.proposed_xmin is not None:
        proposed = {
            "defect_type": box.proposed_type,
            "xmin": box.proposed_xmin,
            "ymin": box.proposed_ymin,
            "xmax": box.proposed_xmax,
            "ymax": box.proposed_ymax,
        }
    return {
        "id": str(box.uid),
        "defect_type": box.defect_type.name,
        **{side: getattr(box, side) for side in CORNERS},
        "grade": box.grade,
        **{flag: getattr(box, flag) for flag in FLAGS},
        "pose": box.pose,
        "origin": box.origin,
        "model_name": box.model_name,
        "round_number": box.round_number,
        "score": box.score,
        "grade_probabilities": box.grade_probabilities,
        "severity": _severity(box),
        "proposed": proposed,
        "decision": box.decision,
        "decided_by": box.decided_by.get_username() if box.decided_by else None,
        "decided_at": box.decided_at.isoformat() if box.decided_at else None,
    }


def proposed_to_wire(box: ProposedBox) -> dict:
    """Return a proposed `box` in the wire format; its grade is the likely one."""
    grade = None
    if box.defect_type.graded and box.grade_probabilities:
        grade = likely_grade(box.grade_probabilities)
    return {
        "id": str(box.uid),
        "defect_type": box.defect_type.name,
        **{side: getattr(box, side) for side in CORNERS},
        "grade": grade,
        **dict.fromkeys(FLAGS, False),
        "pose": "Unspecified",
        "origin": "model",
        "model_name": box.proposal.model_name,
        "round_number": box.proposal.round_number,
        "score": box.score,
        "grade_probabilities": box.grade_probabilities,
        "severity": _severity(box),
        "decision": box.decision,
    }


def boxes_to_wire(image: Image) -> dict:
    """Return {"version": N, "boxes": [...]} of `image` from the database, in three queries."""
    version = Image.objects.values_list("version", flat=True).get(pk=image.pk)
    boxes = image.boxes.select_related("defect_type", "decided_by").prefetch_related("defect_type__grades")
    return {"version": version, "boxes": [box_to_wire(box) for box in boxes]}
