"""Freeze what a round trains on, and read it back."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from annotations.errors import BlemishError
from annotations.models import Image, ImageState, Project, Revision, Split
from training.models import Snapshot, SnapshotImage

CHUNK = 500


class NothingToTrainOn(BlemishError):
    """The labels do not suffice for a round; the sentence says what is missing."""

    default_code = "nothing_to_train_on"


@dataclass(frozen=True)
class LabeledImage:
    """One image of a snapshot: boxes are wire-format objects of its frozen revision, of known types only."""

    image: Image
    split: Split
    auto: bool
    boxes: tuple[dict, ...]


def _candidates(project: Project, *, use_auto: bool):
    """Return the images a snapshot takes: what people decided, and in the train split what was accepted.

    An auto-labeled image never measures: in the calibration and test splits a model would measure itself.
    """
    wanted = Q(state=ImageState.LABELED)
    if use_auto:
        wanted |= Q(state=ImageState.AUTO_LABELED, split=Split.TRAIN)
    images = Image.objects.present().filter(wanted, project=project, version__gte=1)
    return images.order_by("pk").values_list("pk", "sha256", "version", "split", "state", "box_count")


def class_names(project: Project) -> list[str]:
    """Return the names of the defect types in class order."""
    return list(project.defect_types.filter(archived=False).values_list("name", flat=True))


def synonyms(project: Project, names: Iterable[str]) -> dict[str, str]:
    """Return which of `names` each name means that a type of `project` has or had; others are missing."""
    types = project.types_by_name()
    meant = {types[name].pk: name for name in names if name in types}
    return {name: meant[defect_type.pk] for name, defect_type in types.items() if defect_type.pk in meant}


def missing_labels(project: Project, *, need_training: bool = True) -> str | None:
    """Return why no round can start on the labels of `project`, in a sentence, or None when one can."""
    if not class_names(project):
        return "The project has no defect types: add them in the settings."
    labeled = Image.objects.present().filter(project=project, state=ImageState.LABELED)
    if need_training:
        train = labeled.filter(split=Split.TRAIN)
        if not train.exists():
            return "No labeled image is in the train split: label some images first."
        if not train.filter(box_count__gt=0).exists():
            return "No labeled image of the train split has a box: a detector needs some defects to learn."
    elif not labeled.filter(split=Split.TEST).exists():
        return "No labeled image is in the test split: label some of its images, or move some there."
    return None


@transaction.atomic
def freeze(
    project: Project, *, use_auto: bool = True, need_training: bool = True, need_labels: bool = True
) -> Snapshot:
    """Make the snapshot of `project` as it stands; raises NothingToTrainOn, without `need_labels` never."""
    if need_labels and (why := missing_labels(project, need_training=need_training)):
        raise NothingToTrainOn(why)
    names = class_names(project)
    digest = hashlib.sha256("\n".join(names).encode())
    counts = {split: {"images": 0, "boxes": 0, "auto": 0} for split in Split.values}
    rows = []
    for pk, sha256, version, split, state, boxes in _candidates(project, use_auto=use_auto):
        digest.update(f"\n{pk} {sha256} {version} {split}".encode())
        auto = state == ImageState.AUTO_LABELED
        counts[split]["images"] += 1
        counts[split]["boxes"] += boxes
        counts[split]["auto"] += auto
        rows.append(SnapshotImage(image_id=pk, version=version, split=split, auto=auto))
    snapshot = Snapshot.objects.create(
        project=project, digest=digest.hexdigest(), class_names=names, counts=counts
    )
    for row in rows:
        row.snapshot = snapshot
    SnapshotImage.objects.bulk_create(rows, batch_size=1000)
    return snapshot


def read(snapshot: Snapshot, split: Split) -> Iterator[LabeledImage]:
    """Yield the images of `split` with the boxes of their frozen revision, in id order."""
    rows = list(snapshot.images.filter(split=split).order_by("image_id").select_related("image"))
    entries = [(row.image, row.version, row.auto) for row in rows]
    yield from _read_revisions(entries, split, synonyms(snapshot.project, snapshot.class_names))


def read_now(images: Iterable[Image], names: Collection[str]) -> Iterator[LabeledImage]:
    """Yield `images` as they are labeled now, with the boxes of the types in `names`."""
    by_split: dict[str, list[tuple[Image, int, bool]]] = {}
    for image in images:
        auto = image.state == ImageState.AUTO_LABELED
        by_split.setdefault(image.split, []).append((image, image.version, auto))
    for split, entries in by_split.items():
        yield from _read_revisions(entries, Split(split), synonyms(entries[0][0].project, names))


def _read_revisions(
    entries: Sequence[tuple[Image, int, bool]], split: Split, known: Mapping[str, str]
) -> Iterator[LabeledImage]:
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        versions = {image.pk: version for image, version, _ in chunk}
        revisions = Revision.objects.filter(image__in=versions, version__in=set(versions.values()))
        boxes = {
            revision.image_id: revision.boxes
            for revision in revisions
            if revision.version == versions[revision.image_id]
        }
        for image, _, auto in chunk:
            kept = tuple(
                {**box, "defect_type": known[box["defect_type"]]}
                for box in boxes.get(image.pk, [])
                if box["defect_type"] in known
            )
            yield LabeledImage(image=image, split=split, auto=auto, boxes=kept)
