"""Store the boxes that a model proposes for an image: accept all of them, or open a review of them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotations.errors import StaleVersion
from annotations.labeling import boxes as box_lists
from annotations.labeling import help_requests, review
from annotations.models import (
    Box,
    Decision,
    DefectType,
    Image,
    ImageState,
    Proposal,
    ProposedBox,
    ReviewItem,
    ReviewReason,
    ReviewState,
)


@dataclass(frozen=True)
class ProposedValues:
    """One box as a model proposes it: pixels of the original, score and grade probabilities."""

    defect_type: DefectType
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    score: float
    grade_probabilities: tuple[float, ...] | None = None


def _keep(
    image: Image,
    boxes: Sequence[ProposedValues],
    *,
    model_name: str,
    round_number: int | None,
    decision: Decision,
) -> Proposal:
    # An older undecided proposal is replaced, so that an image has one open proposal at most.
    Proposal.objects.filter(image=image, boxes__decision=Decision.PENDING).exclude(
        boxes__decision__in=[Decision.ACCEPTED, Decision.CORRECTED, Decision.REJECTED]
    ).delete()
    Proposal.objects.filter(image=image, model_name=model_name, image_version=image.version).delete()
    proposal = Proposal.objects.create(
        image=image, model_name=model_name, round_number=round_number, image_version=image.version
    )
    rows = [
        ProposedBox(
            proposal=proposal,
            uid=uuid.uuid4(),
            defect_type=box.defect_type,
            xmin=box.xmin,
            ymin=box.ymin,
            xmax=box.xmax,
            ymax=box.ymax,
            score=box.score,
            grade_probabilities=list(box.grade_probabilities) if box.grade_probabilities else None,
            decision=decision,
        )
        for box in boxes
    ]
    ProposedBox.objects.bulk_create(rows)
    return proposal


def _leave_to_people(image: Image) -> None:
    if help_requests.is_open(image):
        raise StaleVersion(f"A person asks for help about {image.name}: no model decides meanwhile.")


@transaction.atomic
def accept(
    image: Image, boxes: Sequence[ProposedValues], *, model_name: str, round_number: int | None
) -> Image:
    """Make `boxes` the labels of `image` without a person: state auto_labeled, decision `auto`, one revision.

    The boxes that the image has already stay. Raises StaleVersion when `image` was saved meanwhile,
    or a person requests help with it.
    """
    box_count = image.boxes.count()
    box_lists.advance(
        image,
        version=image.version,
        state=ImageState.AUTO_LABELED,
        user=None,
        box_count=box_count + len(boxes),
    )
    _leave_to_people(image)
    proposal = _keep(image, boxes, model_name=model_name, round_number=round_number, decision=Decision.AUTO)
    rows = []
    for position, proposed in enumerate(
        proposal.boxes.select_related("defect_type", "proposal"), start=box_count
    ):
        box = box_lists.from_proposal(proposed, image=image, position=position)
        box.decision = Decision.AUTO
        rows.append(box)
    Box.objects.bulk_create(rows)
    ReviewItem.objects.filter(image=image, state=ReviewState.OPEN).update(state=ReviewState.WITHDRAWN)
    box_lists.record(image, user=None, reason=f"auto-labeled by {model_name}")
    return image


@transaction.atomic
def ask(
    image: Image,
    boxes: Sequence[ProposedValues],
    *,
    model_name: str,
    round_number: int | None,
    reason: ReviewReason,
    detail: str,
    priority: float,
) -> ReviewItem:
    """Propose `boxes` for a review, with its reason; the labels of `image` stay as they are.

    Raises StaleVersion when `image` was saved meanwhile.
    """
    open_states = [ImageState.UNLABELED, ImageState.IN_REVIEW]
    unchanged = Image.objects.present().filter(pk=image.pk, version=image.version, state__in=open_states)
    if unchanged.update(state=ImageState.IN_REVIEW) != 1:
        raise box_lists.stale(image, image.version)
    _leave_to_people(image)
    proposal = _keep(
        image, boxes, model_name=model_name, round_number=round_number, decision=Decision.PENDING
    )
    return review.ask(image, reason=reason, detail=detail, priority=priority, proposal=proposal)
