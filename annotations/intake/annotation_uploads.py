"""Take a VOC annotation that a person sends for an image of the project."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path, PurePosixPath
from typing import IO

from django.db import IntegrityError

from annotations.errors import BlemishError, Conflict
from annotations.formats import voc
from annotations.intake import folder_import, imported_rows, ingest
from annotations.intake.imported_rows import ImportedFile, TypeResolver
from annotations.intake.ingest import Probe
from annotations.intake.voc_folder import Pair
from annotations.models import Image, ImageState, Project, Role, VocSource


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
    taken as they are. Types that the project lacks are made when `user` is an engineer. Raises
    AnnotationRefused, AnnotationKnown for the file that the image came with, and Conflict when the image has
    other labels already.
    """
    name = ingest.clean_name(name)
    document = stream.read(voc.MAX_BYTES + 1)
    try:
        annotation = voc.read(document, name=name)
        image = _image_of(project, name, annotation)
        types = _types_for(project, name, annotation, user)
        levels = {kind: {grade.level for grade in row.grades.all()} for kind, row in types.types.items()}
        known = Probe(**{field.name: getattr(image, field.name) for field in fields(Probe)})
        pair = Pair(Path(image.name), Path(name), annotation)
        boxes = folder_import.boxes_of(pair, known, levels, one_based=False)
    except voc.VocError as error:
        raise AnnotationRefused(str(error)) from error
    if image.state != ImageState.UNLABELED or image.version > 0:
        source = VocSource.objects.filter(image=image).first()
        if source is not None and bytes(source.document) == document:
            raise AnnotationKnown(f"{name}: {image.name} has these boxes already.", image=image.pk)
        raise Conflict(f"{name}: {image.name} has labels already; they stay as they are.", image=image.pk)
    file = ImportedFile(Path(image.name), known, image.file.name or "", Path(name), document, boxes)
    try:
        imported_rows.complete(image, file, types=types, one_based=False, user=user)
    except IntegrityError as error:
        raise Conflict(f"{name}: {image.name} got other labels at this moment.", image=image.pk) from error
    return image


def _image_of(project: Project, name: str, annotation: voc.VocAnnotation) -> Image:
    present = project.images.present()
    named = annotation.filename.replace("\\", "/").rpartition("/")[2]
    image = present.filter(name=named).first() if named else None
    if image is None:
        stem = PurePosixPath(name).stem
        near = [
            row for row in present.filter(name__startswith=f"{stem}.") if PurePosixPath(row.name).stem == stem
        ]
        if len(near) > 1:
            names = " and ".join(row.name for row in near[:3])
            raise AnnotationRefused(f"{name}: fits {names}; name one of them in <filename>.")
        if not near:
            raise AnnotationRefused(
                f"{name}: the project has no image {named or stem + '.*'}; send it first."
            )
        image = near[0]
    return image


def _types_for(project: Project, name: str, annotation: voc.VocAnnotation, user) -> TypeResolver:
    """Return the project's types; raises AnnotationRefused when `user` may not add missing ones."""
    types = TypeResolver(project, folder_import.highest_grades([annotation]))
    missing = sorted({obj.name for obj in annotation.objects} - set(types.types))
    role = project.role_of(user) if user is not None else None
    if missing and (role is None or role.rank < Role.ENGINEER.rank):
        raise AnnotationRefused(
            f"{name}: this project has no type {', '.join(missing)}; an engineer can add it or send this."
        )
    return types
