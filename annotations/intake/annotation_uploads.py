"""Give an image of the project the labels that a person sends for it, in any format that can be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import IO

from django.db import IntegrityError

from annotations.errors import BlemishError, Conflict
from annotations.formats import voc, voc_dataset
from annotations.formats.labels import FormatError, ImageLabels, base_name
from annotations.geometry import CORNERS
from annotations.intake import imported_rows, ingest
from annotations.intake.imported_rows import MAX_GRADE, ImportedFile, TypeResolver
from annotations.intake.ingest import Probe
from annotations.models import Image, ImageState, Project, Role, VocSource

_COMPARED = (*CORNERS, "grade", "difficult", "truncated", "occluded", "pose")


class AnnotationRefused(BlemishError):
    """An annotation that cannot be used; the sentence names the file and the element."""

    default_code = "annotation_refused"
    default_detail = "The annotation cannot be used."


class AnnotationKnown(Conflict):
    """This very annotation was taken before; nothing is left to do."""

    default_code = "annotation_known"


def annotate(project: Project, name: str, stream: IO[bytes], *, user) -> Image:
    """Give an unlabeled image of `project` the boxes of the VOC file in `stream`, and keep the file.

    The image is the one that `<filename>` names, else the one of the file's own stem. Coordinates are
    taken as they are. Raises what `label` raises.
    """
    name = ingest.clean_name(name)
    try:
        labels = voc_dataset.labels_of(name, stream.read(voc.MAX_BYTES + 1))
    except FormatError as error:
        raise AnnotationRefused(str(error)) from error
    return label(project, labels, image_of(project, labels), user=user)


def label(project: Project, labels: ImageLabels, image: Image, *, user) -> Image:
    """Give the unlabeled `image` of `project` the boxes of `labels`, as its first revision.

    Types that the project lacks are made when `user` is an engineer. Raises AnnotationRefused,
    AnnotationKnown for the labels that the image came with, and Conflict when the image has other labels.
    """
    name = base_name(labels.source)
    types = _types_for(project, labels, user)
    try:
        boxes = labels.values(width=image.width, height=image.height, image_name=image.name)
        _check_grades(labels, boxes, types)
    except FormatError as error:
        raise AnnotationRefused(str(error)) from error
    if image.state != ImageState.UNLABELED or image.version > 0:
        if _is_known(image, labels, boxes):
            raise AnnotationKnown(f"{name}: {image.name} has these boxes already.", image=image.pk)
        raise Conflict(f"{name}: {image.name} has labels already; they stay as they are.", image=image.pk)
    known = Probe(**{field.name: getattr(image, field.name) for field in fields(Probe)})
    file = ImportedFile(Path(image.name), known, image.file.name or "", Path(name), labels.document, boxes)
    try:
        imported_rows.complete(image, file, types=types, one_based=False, user=user)
    except IntegrityError as error:
        raise Conflict(f"{name}: {image.name} got other labels at this moment.", image=image.pk) from error
    return image


def image_of(project: Project, labels: ImageLabels) -> Image:
    """Return the image of `project` that the file names, else the one of the file's stem.

    Raises AnnotationRefused when there is none, or more than one.
    """
    present = project.images.present()
    source, named = base_name(labels.source), base_name(labels.image)
    image = present.filter(name=named).first() if named else None
    if image is None:
        stem = PurePosixPath(source).stem
        near = [
            row for row in present.filter(name__startswith=f"{stem}.") if PurePosixPath(row.name).stem == stem
        ]
        if len(near) > 1:
            names = " and ".join(row.name for row in near[:3])
            raise AnnotationRefused(f"{source}: fits {names}; {_clearer(labels)}.")
        if not near:
            raise AnnotationRefused(
                f"{source}: the project has no image {named or stem + '.*'}; send it first."
            )
        image = near[0]
    return image


def _clearer(labels: ImageLabels) -> str:
    return "name one of them in <filename>" if labels.document else "rename one of them"


def _types_for(project: Project, labels: ImageLabels, user) -> TypeResolver:
    """Return the project's types. Raises AnnotationRefused when `user` may not make a missing one."""
    wanted = {name: min(grade, MAX_GRADE) for name, grade in labels.grades.items()}
    types = TypeResolver(project, wanted)
    missing = sorted(labels.type_names - set(types.types))
    role = project.role_of(user) if user is not None else None
    if missing and (role is None or role.rank < Role.ENGINEER.rank):
        raise AnnotationRefused(
            f"{base_name(labels.source)}: this project has no type {', '.join(missing)}; an engineer can add "
            "it or send this."
        )
    return types


def _check_grades(labels: ImageLabels, boxes: Sequence[Mapping], types: TypeResolver) -> None:
    """Raise the error of `labels` for the first grade that its type does not have in this project."""
    levels: dict[str, Collection[int]] = {
        name: {grade.level for grade in kind.grades.all()} for name, kind in types.types.items()
    }
    for number, box in enumerate(boxes):
        name, grade = box["type_name"], box["grade"]
        if grade is not None and grade not in levels.get(name, range(1, MAX_GRADE + 1)):
            reason = f"{name} has no grade {grade} in this project; add it in the settings and import again"
            raise labels.error(number, reason)


def _is_known(image: Image, labels: ImageLabels, boxes: Sequence[Mapping]) -> bool:
    """Return whether the image came with just these labels."""
    if labels.document:
        source = VocSource.objects.filter(image=image).first()
        return source is not None and bytes(source.document) == labels.document
    first = image.revisions.filter(version=1, reason=imported_rows.REASON).first()
    if first is None:
        return False
    then = [(box["defect_type"], *(box[name] for name in _COMPARED)) for box in first.boxes]
    return then == [(box["type_name"], *(box[name] for name in _COMPARED)) for box in boxes]
