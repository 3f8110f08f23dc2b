"""The review queue: put an image into it, and apply the decision of a person."""

import uuid
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from annotations.errors import BlemishError, Conflict
from annotations.labeling import boxes as box_lists
from annotations.labeling import help_requests, leases
from annotations.labeling.wire import BoxValues
from annotations.models import (
    Box,
    Image,
    ImageState,
    Origin,
    Project,
    Proposal,
    ReviewItem,
    ReviewReason,
    ReviewState,
)

DECISIONS = ("accept", "correct", "reject")


class UnknownDecision(BlemishError):
    """A decision that does not exist, or that lacks its boxes."""

    default_code = "unknown_decision"


def open_items(project: Project):
    """Return the open review items of `project`, most urgent first."""
    items = ReviewItem.objects.filter(image__project=project, image__deleted_at__isnull=True)
    return items.filter(state=ReviewState.OPEN)


def counts(project: Project) -> dict[str, int]:
    """Return how many open items each reason has; reasons without any are left out."""
    rows = open_items(project).order_by().values("reason").annotate(n=Count("pk"))
    return {row["reason"]: row["n"] for row in rows}


def ask(
    image: Image, *, reason: ReviewReason, detail: str, priority: float, proposal: Proposal | None = None
) -> ReviewItem:
    """Put `image` into the review queue; an image that already waits gets the new reason and proposal.

    A person's request for help stays beside them.
    """
    values = {"reason": reason, "detail": detail[:300], "priority": priority, "proposal": proposal}
    if reason == ReviewReason.HELP:
        values["help"] = True
    for _ in range(2):
        if ReviewItem.objects.filter(image=image, state=ReviewState.OPEN).update(**values):
            break
        try:
            with transaction.atomic():
                ReviewItem.objects.create(image=image, **values)
            break
        except IntegrityError:
            continue  # another worker created one at this moment: the next attempt updates it
    return ReviewItem.objects.get(image=image, state=ReviewState.OPEN)


def _as_values(box: Box) -> BoxValues:
    values = {name: getattr(box, name) for name in box_lists.EDITABLE}
    return BoxValues(uid=box.uid, **values)


def _proposed_values(image: Image, item: ReviewItem) -> list[BoxValues]:
    """Return the boxes of `image`, then the proposed boxes of `item` that it does not have yet."""
    kept = [_as_values(box) for box in image.boxes.select_related("defect_type")]
    kept_uids = {values.uid for values in kept}
    if item.proposal is None:
        return kept
    rows = item.proposal.boxes.select_related("defect_type", "proposal")
    new = [
        _as_values(box_lists.from_proposal(row, image=image, position=0))
        for row in rows
        if row.uid not in kept_uids
    ]
    return kept + new


@transaction.atomic
def decide(
    image: Image,
    *,
    decision: str,
    boxes: Sequence[BoxValues] | None = None,
    version: int,
    user,
    mutation: uuid.UUID | None = None,
) -> ReviewItem:
    """Apply the `decision` of `user` to the open review item of `image`, expected to be at `version`.

    accept: the proposed boxes become labels as they are (with `boxes`: those, for grades given on the way).
    correct: `boxes` become the labels; an empty list means that nothing is there.
    reject: the proposal is discarded and the image becomes unlabeled; a person's boxes stay.
    Whatever the decision, it answers the people who asked for help: their threads are resolved.
    `mutation` names the decision: a repeated request, because its answer was lost, changes nothing.
    Raises Conflict when no item is open (somebody else decided), StaleVersion, UnknownDecision.
    """
    if decision not in DECISIONS:
        raise UnknownDecision(f"{decision!r} is no decision; send accept, correct or reject.")
    if decision == "correct" and boxes is None:
        raise UnknownDecision("A correction needs its boxes; send an empty list for none.")
    help_requests.lock_image(image)
    if mutation is not None and box_lists.made_by(image, user=user, mutations=[mutation]):
        return ReviewItem.objects.filter(image=image, decided_by=user).latest("decided_at")
    item = ReviewItem.objects.filter(image=image, state=ReviewState.OPEN).select_related("proposal").first()
    if item is None or not _claimed(item, decision=decision, user=user):
        raise Conflict(f"{image.name} does not wait for a decision any more.")
    if decision == "reject":
        humans = image.boxes.filter(origin=Origin.HUMAN).select_related("defect_type")
        final: Sequence[BoxValues] = [_as_values(box) for box in humans]
        state = ImageState.UNLABELED
    else:
        final = _proposed_values(image, item) if boxes is None else boxes
        state = ImageState.LABELED
    reason = f"review: {decision}"
    box_lists.replace(image, final, version=version, user=user, reason=reason, state=state, mutation=mutation)
    if item.help:
        help_requests.answer(image, user)
    leases.release(image, user)
    item.refresh_from_db()
    return item


def _claimed(item: ReviewItem, *, decision: str, user: User) -> bool:
    """Record the decision on an item that is open; return whether it still was."""
    waiting = ReviewItem.objects.filter(pk=item.pk, state=ReviewState.OPEN)
    decided = {"state": ReviewState.DECIDED, "decision": decision, "decided_by": user}
    return waiting.update(**decided, decided_at=timezone.now()) == 1
