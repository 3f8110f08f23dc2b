"""Find the images of a folder and the annotation of each.

Folders are searched whole: everything in one place, or images and XML in folders beside each other
(`img/ xml/`, `images/ annotations/`, `JPEGImages/ Annotations/`). An XML belongs to the image that its
`<filename>` names, else to the image of its own stem; of several to the one that shares most folder names.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotations.formats import voc

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".dib", ".tif", ".tiff"})
# Pictures that a person may have meant to import: named in the report, because they cannot be read.
OTHER_PICTURES = frozenset({".gif", ".webp", ".heic", ".heif", ".avif", ".jp2", ".psd", ".svg"})


@dataclass(frozen=True)
class Pair:
    """One image and, unless it is unlabeled, its annotation."""

    image: Path
    xml: Path | None = None
    annotation: voc.VocAnnotation | None = None


@dataclass(frozen=True)
class Problem:
    """A file that is not taken, and why."""

    path: Path
    reason: str


@dataclass
class Found:
    """What a folder holds; pairs are in the order of their image's path."""

    pairs: list[Pair] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def find(folder: Path) -> Found:
    """Walk `folder`, read every XML in it, and pair images with annotations. Raises OSError."""
    found = Found()
    images, documents = [], []
    for path in _files(folder):
        suffix = path.suffix.lower()
        if suffix in IMAGE_SUFFIXES:
            images.append(path)
        elif suffix == ".xml":
            documents.append(path)
        elif suffix in OTHER_PICTURES:
            found.problems.append(Problem(path, "Blemish takes PNG, JPEG, BMP and TIFF; save it as PNG"))
    annotations: dict[Path, voc.VocAnnotation] = {}
    spoiled: set[Path] = set()
    for path in documents:
        try:
            annotations[path] = voc.read(path, name=path.name)
        except (voc.VocError, OSError) as error:
            found.problems.append(Problem(path, _reason(error)))
            spoiled.add(path)
    chosen = _pair(images, annotations, found.problems)
    # An image whose XML cannot be read is not "unlabeled": it is left out until its XML is mended.
    held_back = _images_of(spoiled, [image for image in images if image not in chosen])
    for image in images:
        if image in held_back:
            found.problems.append(
                Problem(image, f"waits for its annotation {held_back[image].name} to be mended")
            )
            continue
        xml = chosen.get(image)
        found.pairs.append(Pair(image, xml, annotations[xml] if xml else None))
    return found


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__MACOSX")))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(parent) / name


def _raise(error: OSError) -> None:
    raise error


def _reason(error: voc.VocError | OSError) -> str:
    if isinstance(error, voc.VocError):
        return ": ".join(part for part in (error.element, error.reason) if part)
    return error.strerror or str(error)


def _pair(
    images: Iterable[Path], annotations: dict[Path, voc.VocAnnotation], problems: list[Problem]
) -> dict[Path, Path]:
    """Choose the XML of each image; what is left over or unclear becomes a problem."""
    by_name, by_stem = defaultdict(list), defaultdict(list)
    for image in images:
        by_name[image.name].append(image)
        by_stem[image.stem].append(image)
    chosen: dict[Path, Path] = {}

    def candidates(xml: Path) -> list[Path]:
        named = annotations[xml].filename.replace("\\", "/").rpartition("/")[2]
        # A `<filename>` without a suffix is a stem, also one with dots in it.
        return by_name.get(named) or by_stem.get(xml.stem) or by_stem.get(named) or []

    # Those whose name and `<filename>` agree come first, so that a copied XML cannot take another's image.
    order = sorted(annotations, key=lambda xml: (xml.stem not in {c.stem for c in candidates(xml)}, xml))
    for xml in order:
        near = _nearest(xml, candidates(xml))
        if len(near) > 1:
            names = " and ".join(str(image) for image in near[:3])
            problems.append(Problem(xml, f"fits more than one image: {names}; name one in <filename>"))
        elif not near:
            named = annotations[xml].filename
            problems.append(
                Problem(xml, f"its image is missing: no {named or xml.stem + '.*'} in this folder")
            )
        elif near[0] in chosen:
            free = [image for image in _nearest(xml, by_stem.get(xml.stem, [])) if image not in chosen]
            if len(free) == 1:
                chosen[free[0]] = xml
            else:
                problems.append(
                    Problem(xml, f"describes {near[0].name}, which {chosen[near[0]].name} describes already")
                )
        else:
            chosen[near[0]] = xml
    return chosen


def _images_of(documents: Iterable[Path], images: list[Path]) -> dict[Path, Path]:
    """Return the images that unreadable XML files belong to by their stem."""
    by_stem = defaultdict(list)
    for image in images:
        by_stem[image.stem].append(image)
    return {image: xml for xml in sorted(documents) for image in _nearest(xml, by_stem.get(xml.stem, []))}


def _nearest(xml: Path, images: list[Path]) -> list[Path]:
    """Return the images whose path shares the most folder names with the `xml`'s."""
    if len(images) < 2:
        return images
    own = set(xml.parent.parts)
    shared = [len(own.intersection(image.parent.parts)) for image in images]
    return [image for image, count in zip(images, shared, strict=True) if count == max(shared)]
