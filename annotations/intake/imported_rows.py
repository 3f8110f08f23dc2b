"""Write the rows of imported files: images, boxes, their first revision, and the document they came with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from annotations import projects
from annotations.formats.voc_boxes import uid_of
from annotations.intake import ingest
from annotations.labeling import boxes, wire
from annotations.models import Box, DefectType, Image, ImageState, ImportBatch, Project, Revision, VocSource

MAX_GRADE = 9
REASON = "import"


@dataclass(frozen=True)
class ImportedFile:
    """One file that was read whole; `original` is its name in storage, `boxes` come from `voc_boxes`."""

    image: Path
    probe: ingest.Probe
    original: str
    xml: Path | None = None
    document: bytes = b""
    boxes: tuple[dict, ...] = ()


@dataclass
class TypeResolver:
    """The defect types of a project by name; `add_missing` creates those that the project lacks.

    `wanted_grades` is the number of grades of a new type, by its name; their weights rise evenly to 1.
    """

    project: Project
    wanted_grades: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.made: list[str] = []
        self.load()

    def load(self) -> None:
        """Read the types anew, as after a transaction that was rolled back."""
        rows = self.project.defect_types.prefetch_related("grades")
        self.types: dict[str, DefectType] = {row.name: row for row in rows}
        self.made = [name for name in self.made if name in self.types]

    def add_missing(self, names: Iterable[str]) -> None:
        """Make the types of `names` that the project lacks, in alphabetical order."""
        for name in sorted(set(names) - set(self.types)):
            count = self.wanted_grades.get(name, 0)
            grades = [{"name": f"Grade {level}", "weight": level / count} for level in range(1, count + 1)]
            self.types[name] = projects.add_type(self.project, name=name, graded=count > 0, grades=grades)
            self.made.append(name)


@transaction.atomic
def insert(
    files: Sequence[ImportedFile], *, batch: ImportBatch, types: TypeResolver, split: str | None, user
) -> list[Image]:
    """Write new images with all that belongs to them; raises DatabaseError and then wrote nothing."""
    images, now = [], timezone.now()
    for file in files:
        image = ingest.new_image(batch.project, file.probe, user=user, split=split)
        image.created_at = now
        image.file.name = file.original
        image.import_batch = batch
        if file.xml:
            image.state, image.version, image.box_count = ImageState.LABELED, 1, len(file.boxes)
            image.labeled_by, image.labeled_at = user, now
        images.append(image)
    if images:
        ingest.set_window(batch.project, images[0].bit_depth)
    Image.objects.bulk_create(images)
    labeled = [(image, file) for image, file in zip(images, files, strict=True) if file.xml]
    _insert_labels(labeled, types=types, one_based=batch.one_based, user=user)
    return images


@transaction.atomic
def complete(image: Image, file: ImportedFile, *, types: TypeResolver, one_based: bool, user) -> None:
    """Give an unlabeled image the boxes of its XML; raises StaleVersion when somebody just labeled it."""
    boxes.advance(image, version=0, state=ImageState.LABELED, user=user, box_count=len(file.boxes))
    Image.objects.filter(pk=image.pk).update(labeled_at=timezone.now())
    _insert_labels([(image, file)], types=types, one_based=one_based, user=user)


def _insert_labels(
    labeled: Sequence[tuple[Image, ImportedFile]], *, types: TypeResolver, one_based: bool, user
) -> None:
    types.add_missing(box["type_name"] for _, file in labeled for box in file.boxes)
    # Times are given, because a default of the database costs an expression for every row of a bulk insert.
    rows, revisions, sources, now = [], [], [], timezone.now()
    for image, file in labeled:
        own = [
            _box(image, place, values, types.types[values["type_name"]], user, now)
            for place, values in enumerate(file.boxes)
        ]
        rows += own
        listed = [wire.box_to_wire(box) for box in own]
        revisions.append(
            Revision(image=image, version=1, boxes=listed, author=user, reason=REASON, created_at=now)
        )
        if file.document:
            name = (file.xml or file.image).name
            sources.append(VocSource(image=image, document=file.document, filename=name, one_based=one_based))
    Box.objects.bulk_create(rows)
    Revision.objects.bulk_create(revisions)
    VocSource.objects.bulk_create(sources)


def _box(image: Image, place: int, values: Mapping, defect_type: DefectType, user, now: datetime) -> Box:
    fields = {key: value for key, value in values.items() if key not in ("type_name", "clipped")}
    return Box(
        image=image,
        uid=uid_of(image.sha256, place),
        position=place,
        defect_type=defect_type,
        created_by=user,
        created_at=now,
        **fields,
    )
