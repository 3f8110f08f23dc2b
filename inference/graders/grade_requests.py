"""Propose grades for boxes that a person has just drawn: the page requests them, an ml worker answers.

The web process never loads TensorFlow, so a request is a row. A worker that is in the middle of a round
would answer too late; such a request is dropped, and the person grades without a proposal.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from annotations import jobs
from annotations.geometry import CORNERS
from annotations.imaging import decoding, gray_window
from annotations.labeling.wire import BoxValues
from annotations.models import Image, JobState
from inference import registry
from inference.graders import crops, saved_graders
from inference.models import GradeRequest

logger = logging.getLogger(__name__)

# The Celery task that answers a request, by name: the module of tasks stands above this one.
PROPOSE_GRADES = "inference.tasks.propose_grades"
# Seconds after which the page waits for an answer no more.
PATIENCE = 30
KEPT = timedelta(hours=1)

explain = partial(
    jobs.explain,
    disk_full="The disk is full: free some space, then grades are proposed again.",
    out_of_memory="The machine has not enough memory to propose grades for this image.",
    worker="ml",
)


def ask(image: Image, boxes: Sequence[BoxValues], *, user) -> GradeRequest:
    """Request grades for those `boxes` whose type has a promoted grader; without any, it is done at once."""
    known = registry.graders(image.project)
    asked = [
        {
            "id": str(box.uid),
            "defect_type": box.defect_type.name,
            **dict(zip(CORNERS, box.corners, strict=True)),
        }
        for box in boxes
        if box.defect_type.name in known
    ]
    GradeRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    state = JobState.QUEUED if asked else JobState.DONE
    request = GradeRequest.objects.create(image=image, created_by=user, boxes=asked, state=state)
    if asked:
        transaction.on_commit(lambda: jobs.enqueue(PROPOSE_GRADES, request.pk, expires=PATIENCE))
    return request


def answer(request_id: int) -> bool:
    """Answer one request; return whether this call did it. An error becomes the row's sentence."""
    fresh = timezone.now() - timedelta(seconds=PATIENCE)
    waiting = GradeRequest.objects.filter(pk=request_id, state=JobState.QUEUED, created_at__gte=fresh)
    if waiting.update(state=JobState.RUNNING) != 1:
        return False
    request = GradeRequest.objects.select_related("image__project").get(pk=request_id)
    try:
        grades = propose(request.image, request.boxes)
    except Exception as error:
        logger.exception("grade request %s failed", request_id)
        GradeRequest.objects.filter(pk=request_id).update(state=JobState.FAILED, error=explain(error))
        return True
    GradeRequest.objects.filter(pk=request_id).update(state=JobState.DONE, grades=grades)
    return True


def propose(image: Image, boxes: Sequence[dict]) -> dict[str, list[float]]:
    """Return the grade probabilities of `boxes` by their id; a type without a grader is left out."""
    pixels = _pixels(image.file.name, *image.project.window)
    grades: dict[str, list[float]] = {}
    for name, row in registry.graders(image.project).items():
        mine = [box for box in boxes if box["defect_type"] == name]
        if not mine:
            continue
        grader = _grader(row.path)
        corners = [tuple(box[side] for side in CORNERS) for box in mine]
        seen = crops.crop_all(pixels, corners, grader.policy, shape=grader.shape)
        rows = grader.predict(seen).tolist()
        grades |= {box["id"]: row for box, row in zip(mine, rows, strict=True)}
    return grades


@lru_cache(maxsize=16)
def _grader(folder: Path):
    # A model's folder never changes once it is there.
    return saved_graders.load(folder)


@lru_cache(maxsize=2)
def _pixels(stored: str, low: float, high: float) -> np.ndarray:
    # A person draws several boxes on one image.
    with default_storage.open(stored, "rb") as file:
        native = decoding.read_pixels(file, name=stored)
    return gray_window.apply_window(native, low=low, high=high)
