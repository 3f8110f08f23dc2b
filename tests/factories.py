"""Make rows for tests: each function makes one thing with sensible values, and takes the rest by name."""

import hashlib
import io
import itertools
import uuid

import numpy as np
import PIL.Image
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile

from annotations.models import (
    Archive,
    Box,
    Comment,
    DefectType,
    Grade,
    Image,
    ImageState,
    JobState,
    Member,
    Origin,
    Project,
    Proposal,
    ProposedBox,
    ReviewItem,
    ReviewReason,
    Revision,
    Role,
    Split,
    ViewState,
)
from inference.detector.saved_detectors import Detection
from inference.models import Defect, InspectedImage, Inspection, ModelKind, ModelVersion
from training.detector.data.samples import Sample
from training.models import Evaluation, Round, RoundEvent, RoundMode, Snapshot
from training.phases import evaluation_records
from training.phases.evaluation_records import EvaluatedModel
from training.phases.split_predictions import SplitPredictions

PASSWORD = "correct horse battery"
_count = itertools.count(1)


def make_user(username: str | None = None, **fields):
    """Make a user who can sign in with PASSWORD."""
    return get_user_model().objects.create_user(
        username=username or f"person-{next(_count)}", password=PASSWORD, **fields
    )


def make_project(name: str | None = None, *, types: tuple[str, ...] = ("scratches", "pits"), **fields):
    """Make a project with the defect types TYPES, in that order."""
    number = next(_count)
    fields.setdefault("slug", name or f"project-{number}")
    project = Project.objects.create(name=name or f"Project {number}", **fields)
    for type_name in types:
        make_type(project, type_name)
    return project


def make_member(project: Project, role: Role = Role.INSPECTOR, user=None):
    """Make USER, or a new person, a member of PROJECT; return the person."""
    user = user or make_user()
    Member.objects.create(project=project, user=user, role=role)
    return user


def make_type(project: Project, name: str | None = None, *, grades: int = 0, **fields) -> DefectType:
    """Make a defect type; with GRADES, levels 1 to GRADES of evenly rising weight up to 1."""
    fields.setdefault("position", project.defect_types.count())
    defect_type = DefectType.objects.create(
        project=project, name=name or f"type-{next(_count)}", graded=grades > 0, **fields
    )
    for level in range(1, grades + 1):
        Grade.objects.create(
            defect_type=defect_type, level=level, name=f"grade {level}", weight=level / grades
        )
    return defect_type


def png(width: int = 64, height: int = 48, *, seed: int | None = None, mode: str = "L") -> bytes:
    """Return the bytes of a PNG of noise; MODE is a Pillow mode, `I;16` for 16 bits.

    Without SEED every call gives other pixels, so that content is not a duplicate.
    """
    random = np.random.default_rng(next(_count) + 10_000 if seed is None else seed)
    if mode == "I;16":
        pixels = random.integers(0, 65536, (height, width), dtype=np.uint16)
    else:
        shape = (height, width, 3) if mode == "RGB" else (height, width)
        pixels = random.integers(0, 256, shape, dtype=np.uint8)
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def make_image(
    project: Project,
    name: str | None = None,
    *,
    width: int = 64,
    height: int = 48,
    content: bytes | None = None,
    ready: bool = False,
    **fields,
) -> Image:
    """Make an image with a real 8-bit gray PNG in storage; READY gives it a view and a thumbnail too."""
    name = name or f"image-{next(_count)}.png"
    content = content or png(width, height)
    image = Image(
        project=project,
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        pixels_sha256=hashlib.sha256(b"pixels" + content).hexdigest(),
        bytes=len(content),
        format="PNG",
        width=width,
        height=height,
        channels=1,
        bit_depth=8,
        **{"split": Split.TRAIN, "state": ImageState.UNLABELED, **fields},
    )
    stem = f"{project.pk}-{image.sha256[:16]}.png"
    image.file.save(stem, ContentFile(content), save=False)
    if ready:
        image.view.save(stem, ContentFile(content), save=False)
        image.thumbnail.save(stem, ContentFile(content), save=False)
        image.view_state = ViewState.READY
    image.save()
    return image


def make_box(image: Image, defect_type: DefectType | str | None = None, **fields) -> Box:
    """Make a box on IMAGE, 10 to 30 in both directions, of its project's first type unless told.

    The image's count, state and severity follow; its version does not (see make_revision).
    """
    types = image.project.defect_types
    if defect_type is None:
        defect_type = types.first()
    elif isinstance(defect_type, str):
        defect_type = types.get(name=defect_type)
    if fields.get("origin") == Origin.MODEL:
        fields = {"model_name": "round-1", "round_number": 1, "score": 0.9, **fields}
    corners = {"xmin": 10.0, "ymin": 10.0, "xmax": 30.0, "ymax": 30.0}
    box = Box.objects.create(
        image=image,
        defect_type=defect_type,
        **{"uid": uuid.uuid4(), "position": image.box_count, **corners, **fields},
    )
    image.box_count += 1
    image.severity_version = -1
    if image.state == ImageState.UNLABELED:
        image.state = ImageState.LABELED
    image.save(update_fields=["box_count", "state", "severity_version"])
    return box


def make_revision(image: Image, boxes: list[dict] | None = None, **fields) -> Revision:
    """Raise IMAGE's version by one and keep BOXES (wire format) as that version."""
    image.version += 1
    image.save(update_fields=["version"])
    return Revision.objects.create(
        image=image, version=image.version, boxes=boxes or [], **{"reason": "save", **fields}
    )


def wire_box(defect_type: str = "scratches", **fields) -> dict:
    """Return a box as a client sends it."""
    return {
        "id": str(uuid.uuid4()),
        "defect_type": defect_type,
        "xmin": 10.0,
        "ymin": 10.0,
        "xmax": 30.0,
        "ymax": 30.0,
        "grade": None,
        "difficult": False,
        "truncated": False,
        "occluded": False,
        "pose": "Unspecified",
        **fields,
    }


def make_proposal(image: Image, *, scores: tuple[float, ...] = (0.4,), **fields) -> Proposal:
    """Make a proposal with one box of the project's first type for each of SCORES."""
    proposal = Proposal.objects.create(
        image=image,
        **{"model_name": "round-1", "round_number": 1, "image_version": image.version, **fields},
    )
    defect_type = image.project.defect_types.first()
    for index, score in enumerate(scores):
        left = 5.0 + 8 * index
        ProposedBox.objects.create(
            proposal=proposal,
            defect_type=defect_type,
            xmin=left,
            ymin=5.0,
            xmax=left + 6,
            ymax=15.0,
            score=score,
        )
    return proposal


def make_archive(project: Project, **fields) -> Archive:
    """Make an archive that waits for a worker; no file lies behind it."""
    return Archive.objects.create(project=project, **{"name": "lot.zip", **fields})


def make_review_item(image: Image, *, proposal: Proposal | None = None, **fields) -> ReviewItem:
    """Put IMAGE into the review queue, with a proposal of one box unless told."""
    image.state = ImageState.IN_REVIEW
    image.save(update_fields=["state"])
    return ReviewItem.objects.create(
        image=image,
        proposal=proposal or make_proposal(image),
        **{"reason": ReviewReason.UNSURE, "detail": "scratches 0.40 is below its threshold 0.60", **fields},
    )


def make_comment(image: Image, text: str = "Is this one defect or two?", **fields) -> Comment:
    """Begin a thread on IMAGE as a whole, by nobody known unless AUTHOR is told; PARENT makes it a reply."""
    if "parent" not in fields:
        fields.setdefault("number", image.comments.filter(parent=None).count() + 1)
    fields.setdefault("author", None)
    return Comment.objects.create(image=image, uid=uuid.uuid4(), text=text, **fields)


def make_model(project: Project, name: str | None = None, **fields) -> ModelVersion:
    """Make a detector's row (no folder on disk) unless KIND says otherwise."""
    name = name or f"model-{next(_count)}"
    return ModelVersion.objects.create(
        project=project,
        name=name,
        **{
            "kind": ModelKind.DETECTOR,
            "folder": f"{project.slug}/{name}",
            "class_names": list(project.defect_types.values_list("name", flat=True)),
            **fields,
        },
    )


def make_round(project: Project, **fields) -> Round:
    """Make a finished round unless STATE says otherwise."""
    number = project.rounds.count() + 1
    return Round.objects.create(
        project=project,
        **{"number": number, "mode": RoundMode.TRAIN, "state": JobState.DONE, **fields},
    )


def make_snapshot(project: Project, **fields) -> Snapshot:
    """Make an empty snapshot with the project's class names."""
    names = list(project.defect_types.values_list("name", flat=True))
    return Snapshot.objects.create(project=project, **{"digest": "0" * 64, "class_names": names, **fields})


def make_evaluation(
    round_: Round, *, images: int = 2, name: str = "model-1", model: ModelVersion | None = None, score=0.25
) -> Evaluation:
    """Measure a made-up model: on each image it finds its first box, and one more that is not there."""
    project = round_.project
    names = list(project.defect_types.values_list("name", flat=True))
    pictures = [make_image(project, split=Split.TEST, ready=True) for _ in range(images)]
    samples = [Sample(f"{n}", [[4, 4, 20, 20], [30, 8, 50, 28]], [0, 0]) for n in range(images)]
    right = Detection(names[0], 4.0, 4.0, 20.0, 20.0, 0.9)
    wrong = Detection(names[-1], 50.0, 30.0, 60.0, 44.0, 0.5)
    looked = SplitPredictions(pictures, samples, [[right, wrong]] * images)
    evaluation_records.record(
        round_, EvaluatedModel(name, model), looked, class_names=names, split=Split.TEST, score=score
    )
    return round_.evaluations.get(name=name)


def make_event(round_: Round, kind: str = "progress", **data) -> RoundEvent:
    """Add an event with DATA to a round."""
    return RoundEvent.objects.create(round=round_, kind=kind, data=data)


def make_inspection(project: Project, *, images: int = 1, defects: int = 1, **fields) -> Inspection:
    """Make a finished inspection of IMAGES small images with DEFECTS findings each."""
    inspection = Inspection.objects.create(
        project=project, **{"state": JobState.DONE, "model_name": "round-1", **fields}
    )
    for index in range(images):
        inspected = InspectedImage(
            inspection=inspection, name=f"part-{index}.png", width=64, height=48, done=True, seconds=0.01
        )
        inspected.file.save(f"{inspection.pk}-{index}.png", ContentFile(png()), save=False)
        inspected.drawn.save(f"{inspection.pk}-{index}-drawn.png", ContentFile(png()), save=False)
        inspected.save()
        for number in range(defects):
            Defect.objects.create(
                image=inspected,
                defect_type=project.defect_types.first(),
                xmin=5.0,
                ymin=5.0,
                xmax=15.0 + number,
                ymax=15.0,
                score=0.8,
                model_name="round-1",
            )
    return inspection
