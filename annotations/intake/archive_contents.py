"""Plan the work on an archive: the images to add, then the labels of one format, and what is not taken.

The format is found out from the content of the files, or named by the sender. A plan is the same at every
turn, so that work that was interrupted continues at its place.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import IO

from annotations.formats import registry, zip_reading
from annotations.formats.dataset_format import DatasetFormat
from annotations.formats.labels import MOST_BYTES, FormatError, Found, ImageLabels, Pending, base_name
from annotations.formats.zip_reading import BadArchive, Member
from annotations.intake import annotation_uploads
from annotations.intake.annotation_uploads import AnnotationRefused
from annotations.models import Image, Project

# So many bytes of annotation files are read at once to find out what an archive holds.
MOST_PLANNED_BYTES = 256 << 20


@dataclass(frozen=True)
class Step:
    """One part of the work: an image (`member`), the labels of an image (`pending`), or a refusal.

    `size` is what the step unpacks; the labels of one file count it once.
    """

    path: str
    member: Member | None = None
    pending: Pending | None = None
    problem: str = ""
    size: int = 0


class Contents:
    """The steps of one open archive, and the images in it by name. Raises BadArchive."""

    def __init__(self, opened: zip_reading.Archive, *, wanted: str = "") -> None:
        self.opened = opened
        self._planned: int | None = 0
        readable = {member.path: member for member in reversed(opened.members) if not member.why_not}
        row, found, others = self._choose(list(readable.values())[::-1], wanted)
        self.images = [member for member in opened.members if member.path not in found.used]
        refused: list[Step] = []
        if row is not None:
            named = {path: other.label for other, more in others for path in more.used}
            refused = [_not_read(row, member, named) for member in self.images if _is_annotation(member)]
            self.images = [member for member in self.images if not _is_annotation(member)]
        refused += [Step(error.source, problem=_without_source(error)) for error in found.problems]
        listed = {step.path for step in refused}
        self.images = [member for member in self.images if member.path not in listed]
        self.steps = [
            *(Step(member.path, member=member, size=member.info.file_size) for member in self.images),
            *refused,
            *_label_steps(found.items, readable),
        ]
        self._planned = None
        self._by_name, self._by_stem = defaultdict(list), defaultdict(list)
        for member in self.images:
            self._by_name[member.name].append(member)
            self._by_stem[PurePosixPath(member.name).stem].append(member)

    def image_of(self, project: Project, labels: ImageLabels) -> Image:
        """Return the image of `project` that `labels` belong to.

        A VOC file is for the image of its name in the project. Other labels are for the image of the
        archive, which is known by its content, or else for one of the project. Raises AnnotationRefused.
        """
        member = None if labels.document else self._member_of(labels)
        if member is None:
            return annotation_uploads.image_of(project, labels)
        with self.opened.read(member) as file:
            sha256 = _sha256(file)
        image = project.images.present().filter(sha256=sha256).first()
        if image is None:
            raise AnnotationRefused(f"{base_name(labels.source)}: its image {member.path} was not taken.")
        return image

    def _member_of(self, labels: ImageLabels) -> Member | None:
        """Return the image of the archive that `labels` name; None when there is none."""
        if labels.image:
            place = PurePosixPath(labels.image)
            near = self._by_name.get(place.name, [])
            exact = [member for member in near if f"/{member.path}".endswith(f"/{place}")]
        else:
            place = PurePosixPath(labels.source)
            near = self._by_stem.get(place.stem, [])
            exact = [member for member in near if _twin(member.path) == _twin(str(place))]
        if len(near) > 1 and len(exact) != 1:
            names = " and ".join(member.path for member in near[:3])
            raise AnnotationRefused(
                f"{base_name(labels.source)}: {place.name} fits {names}; rename one of them."
            )
        return next(iter(exact or near), None)

    def _choose(
        self, members: list[Member], wanted: str
    ) -> tuple[DatasetFormat | None, Found, list[tuple[DatasetFormat, Found]]]:
        """Return the format whose labels are taken, what its reader found, and the same of the others."""
        recognised: list[tuple[DatasetFormat, Found]] = []
        problems: list[FormatError] = []
        label = needs = ""
        for row in [registry.named(wanted)] if wanted else registry.readable():
            if row.reader is None:
                continue
            claimed = [member for member in members if row.reader.claims(member.path)]
            found = row.reader.read({member.path: partial(self._content, member) for member in claimed})
            label, needs = row.label, row.reader.needs
            if found.recognised:
                recognised.append((row, found))
            else:
                problems += found.problems
        if recognised:
            (row, found), *others = recognised
            return row, found, others
        if wanted:
            why = f" ({problems[0]})" if problems else ""
            raise BadArchive(f"{self.opened.name}: holds no {label} labels{why}. They need {needs}.")
        return None, Found(recognised=False, problems=problems), []

    def _content(self, member: Member) -> bytes:
        """Return the bytes of an annotation file, at most one more than any reader takes."""
        with self.opened.read(member) as file:
            data = file.read(MOST_BYTES + 1)
        if self._planned is not None:
            self._planned += len(data)
            if self._planned > MOST_PLANNED_BYTES:
                raise BadArchive(
                    f"{self.opened.name}: its annotation files have more than {MOST_PLANNED_BYTES:,} bytes; "
                    "send it in parts."
                )
        return data


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def _label_steps(items: Iterable[Pending], members: dict[str, Member]) -> list[Step]:
    steps, counted = [], set()
    for item in items:
        size = 0 if item.source in counted else members[item.source].info.file_size
        counted.add(item.source)
        steps.append(Step(item.source, pending=item, size=size))
    return steps


def _is_annotation(member: Member) -> bool:
    """Return whether a reader of any format would read this member; those that cannot be read stay images."""
    claims = (row.reader.claims for row in registry.readable() if row.reader)
    return not member.why_not and any(claim(member.path) for claim in claims)


def _not_read(row: DatasetFormat, member: Member, named: dict[str, str]) -> Step:
    """Return the refusal of an annotation file beside those that are taken."""
    reason = f"it is not part of the {row.label} labels of this archive and was not read."
    if other := named.get(member.path):
        reason = (
            f"the archive holds {row.label} and {other} labels; those of {row.label} are taken. Send it "
            "again and say which format is meant to take the others."
        )
    return Step(member.path, problem=reason)


def _without_source(error: Exception) -> str:
    return str(error).removeprefix(f"{getattr(error, 'source', '')}: ")


def _twin(path: str) -> str:
    """Return a path without suffix and with `images` for `labels`, as YOLO pairs images and labels."""
    parts = PurePosixPath(path).with_suffix("").parts
    return "/".join("images" if part == "labels" else part for part in parts)
