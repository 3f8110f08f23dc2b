"""Save the boxes of an image: compare the version, replace the list, keep provenance, add a revision."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import fields

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from rest_framework.exceptions import NotFound

from annotations.errors import StaleVersion
from annotations.geometry import CORNERS, corners_of
from annotations.labeling import help_requests, wire
from annotations.labeling.wire import BoxValues
from annotations.models import (
    Box,
    Decision,
    Image,
    ImageState,
    Origin,
    ProposedBox,
    Revision,
)

EDITABLE = tuple(field.name for field in fields(BoxValues) if field.name != "uid")


def stale(image: Image, base_version: int) -> StaleVersion:
    """Return the error for a write to `image` that was based on `base_version`, with the current boxes."""
    current = wire.boxes_to_wire(image)
    newest = image.revisions.select_related("author").first()
    return StaleVersion(
        f"{image.name} was saved meanwhile: it is at version {current['version']}, "
        f"your change starts from version {base_version}.",
        **current,
        saved_by=newest.author.get_username() if newest and newest.author else None,
    )


def advance(image: Image, *, version: int, state: ImageState, user, box_count: int) -> None:
    """Move `image` from `version` to `version` + 1 by compare-and-set; raises StaleVersion, NotFound."""
    now = timezone.now()
    changes = {"version": F("version") + 1, "state": state, "box_count": box_count}
    if user is not None:
        changes |= {"labeled_by": user, "labeled_at": now}
    if Image.objects.present().filter(pk=image.pk, version=version).update(**changes) != 1:
        if not Image.objects.present().filter(pk=image.pk).exists():
            raise NotFound(f"{image.name} was deleted meanwhile.")
        raise stale(image, version)
    image.refresh_from_db()


def _unchanged(box: Box) -> bool:
    proposed = (box.proposed_xmin, box.proposed_ymin, box.proposed_xmax, box.proposed_ymax)
    return box.proposed_type == box.defect_type.name and proposed == corners_of(box)


def from_proposal(proposed: ProposedBox, *, image: Image, position: int) -> Box:
    """Return an unsaved Box with the provenance of `proposed`, at its proposed place."""
    return Box(
        image=image,
        uid=proposed.uid,
        position=position,
        defect_type=proposed.defect_type,
        xmin=proposed.xmin,
        ymin=proposed.ymin,
        xmax=proposed.xmax,
        ymax=proposed.ymax,
        origin=Origin.MODEL,
        model_name=proposed.proposal.model_name,
        round_number=proposed.proposal.round_number,
        score=proposed.score,
        grade_probabilities=proposed.grade_probabilities,
        proposed_type=proposed.defect_type.name,
        proposed_xmin=proposed.xmin,
        proposed_ymin=proposed.ymin,
        proposed_xmax=proposed.xmax,
        proposed_ymax=proposed.ymax,
        decision=Decision.PENDING,
    )


def _apply(box: Box, values: BoxValues, *, position: int, user) -> bool:
    """Write `values` into `box` and set its decision; return whether anything changed."""
    before = [getattr(box, name) for name in (*EDITABLE, "position", "decision")]
    for name in EDITABLE:
        setattr(box, name, getattr(values, name))
    box.position = position
    if box.origin == Origin.MODEL and user is not None:
        decision = Decision.ACCEPTED if _unchanged(box) else Decision.CORRECTED
        if box.decision != decision:
            box.decision, box.decided_by, box.decided_at = decision, user, timezone.now()
    return before != [getattr(box, name) for name in (*EDITABLE, "position", "decision")]


def _settle_proposals(image: Image, kept: Sequence[Box], *, user) -> None:
    """Write the decision on each box of the open proposals of `image`, after `user` saved `kept`."""
    decisions = {box.uid: box.decision for box in kept if box.origin == Origin.MODEL}
    undecided = ProposedBox.objects.filter(
        proposal__image=image, decision__in=[Decision.PENDING, Decision.AUTO]
    )
    now = timezone.now()
    for proposed in undecided:
        proposed.decision = decisions.get(proposed.uid, Decision.REJECTED)
        proposed.decided_by, proposed.decided_at = user, now
        proposed.save(update_fields=["decision", "decided_by", "decided_at"])


def write(image: Image, boxes: Sequence[BoxValues], *, user) -> list[Box]:
    """Make the box rows of `image` equal `boxes`, keeping the provenance of known uids; return them in order.

    A uid of one of the image's proposals becomes a box with that proposal's provenance.
    """
    existing = {box.uid: box for box in image.boxes.select_related("defect_type")}
    unknown = [values.uid for values in boxes if values.uid not in existing]
    proposals = {}
    if unknown:
        rows = ProposedBox.objects.filter(proposal__image=image, uid__in=unknown)
        proposals = {row.uid: row for row in rows.select_related("proposal", "defect_type")}
    created, changed, result = [], [], []
    for position, values in enumerate(boxes):
        box = existing.pop(values.uid, None)
        if box is None:
            proposed = proposals.get(values.uid)
            if proposed:
                box = from_proposal(proposed, image=image, position=position)
            else:
                box = Box(image=image, uid=values.uid, defect_type=values.defect_type, created_by=user)
            _apply(box, values, position=position, user=user)
            created.append(box)
        elif _apply(box, values, position=position, user=user):
            changed.append(box)
        result.append(box)
    if existing:
        Box.objects.filter(pk__in=[box.pk for box in existing.values()]).delete()
    Box.objects.bulk_update(
        changed, [*EDITABLE, "position", "decision", "decided_by", "decided_at"], batch_size=200
    )
    Box.objects.bulk_create(created, batch_size=200)
    return result


def record(image: Image, *, user, reason: str, mutation: uuid.UUID | None = None) -> Revision:
    """Append the revision of `image` at its present version."""
    return Revision.objects.create(
        image=image,
        version=image.version,
        boxes=wire.boxes_to_wire(image)["boxes"],
        author=user,
        reason=reason[:200],
        mutation=mutation,
    )


@transaction.atomic
def replace(
    image: Image,
    boxes: Sequence[BoxValues],
    *,
    version: int,
    user,
    reason: str = "save",
    state: ImageState = ImageState.LABELED,
    mutation: uuid.UUID | None = None,
) -> Image:
    """Replace the whole box list of `image`, which is expected to be at `version`, and append a revision.

    A person's save settles the image's open proposals and withdraws its open review item, because the
    person has seen the image; a request for help stays open unless a reviewer saves (see `help_requests`).
    Raises StaleVersion with the current version and boxes, NotFound for a deleted image.
    """
    advance(image, version=version, state=state, user=user, box_count=len(boxes))
    kept = write(image, boxes, user=user)
    if user is not None:
        _settle_proposals(image, kept, user=user)
        help_requests.settle(image, user=user)
    record(image, user=user, reason=reason, mutation=mutation)
    return image


def made_by(image: Image, *, user, mutations: Collection[uuid.UUID]) -> Revision | None:
    """Return the newest revision of `image` that one of the `mutations` of `user` made, or None."""
    return image.revisions.filter(author=user, mutation__in=mutations).first() if mutations else None


def save(
    image: Image,
    boxes: Sequence[BoxValues],
    *,
    version: int,
    user,
    mutation: uuid.UUID | None = None,
    unanswered: Collection[uuid.UUID] = (),
) -> Image:
    """Replace the boxes of `image` as `replace` does, for a client that may have sent this before.

    `mutation` names this save, `unanswered` the earlier ones whose answers the client never saw. A save that
    is there already is not made again. `applied` of StaleVersion names the newest one that was saved, so that
    the client merges from there and does not take its own work for another person\'s.
    """
    names = [name for name in (mutation, *unanswered) if name is not None]
    try:
        if mutation is not None and image.revisions.filter(mutation=mutation).exists():
            raise stale(image, version)
        return replace(image, boxes, version=version, user=user, mutation=mutation)
    except StaleVersion as error:
        done = made_by(image, user=user, mutations=names)
        newest = image.revisions.first()
        is_there = newest is not None and newest.author == user and _holds(newest, boxes)
        if is_there or (done is not None and done == newest and done.mutation == mutation):
            image.refresh_from_db()
            return image
        if done is not None:
            error.extra["applied"] = {
                "mutation": str(done.mutation),
                "version": done.version,
                "boxes": done.boxes,
            }
        raise


def _holds(revision: Revision, boxes: Sequence[BoxValues]) -> bool:
    """Return whether `revision` has exactly `boxes`, in any order."""
    written = (*CORNERS, "grade", "difficult", "truncated", "occluded", "pose")
    then = {box["id"]: (box["defect_type"], *(box[name] for name in written)) for box in revision.boxes}
    now = {
        str(values.uid): (values.defect_type.name, *(getattr(values, name) for name in written))
        for values in boxes
    }
    return then == now


@transaction.atomic
def restore(image: Image, *, revision_version: int, version: int, user) -> Image:
    """Make a new revision of `image` with the boxes of `revision_version`; 0 is the state before any save.

    Raises NotFound for an unknown revision, StaleVersion, and InvalidBox when a type of that time is gone.
    """
    wanted: list[dict] = []
    if revision_version > 0:
        revision = image.revisions.filter(version=revision_version).first()
        if revision is None:
            raise NotFound(f"{image.name} has no version {revision_version}.")
        wanted = revision.boxes
    # A box that a model once proposed finds its provenance again by its uid: proposals are kept.
    boxes = wire.read_boxes(image, wanted)
    return replace(image, boxes, version=version, user=user, reason=f"restore of version {revision_version}")
