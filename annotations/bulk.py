"""Change many images at once: split, lot, line, part, review. One call is one batch, one transaction.

A refusal names its image; the others of the batch are changed. Every verb takes
a constant number of queries, however many images it is given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.errors import BlemishError, Conflict
from annotations.intake import ingest
from annotations.labeling import comments
from annotations.models import Image, Lease, Project, ReviewItem, ReviewReason, ReviewState, Split
from annotations.models.images import ImageState

# Above this an audit's images come first, below it those that a model is unsure of.
ASKED_PRIORITY = 0.9
# The reasons for which a person can send images to review.
ASKED_REASONS = [(reason.value, reason.label) for reason in (ReviewReason.HELP, ReviewReason.AUDIT)]


@dataclass(frozen=True)
class Refusal:
    """An image that stays as it is, and why."""

    id: int
    name: str
    code: str
    detail: str


@dataclass
class Outcome:
    """What a batch did: ids that were changed, refusals, and ids that had to change along with them."""

    done: list[int] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    also: list[int] = field(default_factory=list)

    def refuse(self, image: Image, code: str, detail: str) -> None:
        """Note that `image` stays as it is; `detail` goes on after its name."""
        self.refused.append(Refusal(image.pk, image.name, code, f"{image.name}: {detail}"))


class NothingToSet(BlemishError):
    """A change that names no field."""

    default_code = "nothing_to_set"
    default_detail = "Say what to set: lot, line or part."


def find(project: Project, ids: Collection[int]) -> tuple[list[Image], Outcome]:
    """Return the images of `project` with the `ids`, by id, and an outcome that lists the missing ones."""
    rows = list(project.images.present().filter(pk__in=ids).order_by("pk"))
    return rows, missing(ids, rows)


def missing(ids: Collection[int], rows: Iterable[Image]) -> Outcome:
    """Return an outcome that refuses those of `ids` that are not in `rows`."""
    outcome, found = Outcome(), {row.pk for row in rows}
    for pk in sorted(set(ids) - found):
        outcome.refused.append(
            Refusal(pk, "", "not_found", f"Image {pk} is not in this project, or was deleted meanwhile.")
        )
    return outcome


def worked_on(images: Iterable[Image], *, by_others_than) -> dict[int, str]:
    """Return who works on which of `images` now, id to name, without the person `by_others_than`."""
    live = Lease.objects.live(timezone.now()).filter(image__in=[image.pk for image in images])
    return dict(live.exclude(user=by_others_than).values_list("image_id", "user__username"))


@transaction.atomic
def set_split(project: Project, ids: Collection[int], *, split: str, user=None) -> Outcome:
    """Put the images `ids` into `split`, and with each all other frames of its part, deleted ones too.

    Frames of one part never straddle splits. A running round keeps the splits of its snapshot.
    """
    images, outcome = find(project, ids)
    parts = {image.part for image in images if image.part}
    chosen = {image.pk for image in images}
    frames = project.images.filter(part__in=parts).exclude(pk__in=chosen).exclude(split=split)
    outcome.also = list(frames.present().order_by("pk").values_list("pk", flat=True))
    frames.update(split=Split(split))
    Image.objects.filter(pk__in=chosen).update(split=Split(split))
    outcome.done = sorted(chosen)
    return outcome


@transaction.atomic
def set_origin(
    project: Project,
    ids: Collection[int],
    *,
    lot: str | None = None,
    line: str | None = None,
    part: str | None = None,
    user=None,
) -> Outcome:
    """Write what is not None of `lot`, `line` and `part` onto the images `ids`; an empty text takes it away.

    Images that get a `part` get the split of its other frames, or that of its hash; `also` names
    those whose split changed. Raises NothingToSet.
    """
    values = {name: text for name, text in (("lot", lot), ("line", line), ("part", part)) if text is not None}
    if not values:
        raise NothingToSet()
    images, outcome = find(project, ids)
    rows = Image.objects.filter(pk__in=[image.pk for image in images])
    if part:
        split = _split_of_part(project, part)
        values["split"] = split
        outcome.also = [image.pk for image in images if image.split != split]
    rows.update(**values)
    outcome.done = [image.pk for image in images]
    return outcome


def _split_of_part(project: Project, part: str) -> str:
    known = project.images.filter(part=part).order_by("pk").values_list("split", flat=True).first()
    return known or ingest.split_of(project, part=part, pixels_sha256="")


def send_to_review(
    project: Project, ids: Collection[int], *, reason: str = ReviewReason.HELP, detail: str = "", user=None
) -> Outcome:
    """Open a review item for each of the images `ids`: with `reason` and `detail`.

    Refused are images that wait for a review already, and those that another person works on, whose next save
    would withdraw the question. The boxes stay as they are; until the decision the image is not trained on.
    Raises Conflict when somebody else asked about one of them at this very moment.
    """
    try:
        with transaction.atomic():
            return _send_to_review(project, ids, reason=reason, detail=detail, user=user)
    except IntegrityError as error:
        raise Conflict("One of these images was sent to review at this moment; try again.") from error


def _send_to_review(project: Project, ids: Collection[int], *, reason: str, detail: str, user) -> Outcome:
    images, outcome = find(project, ids)
    busy = worked_on(images, by_others_than=user)
    waiting = ReviewItem.objects.filter(image__in=images, state=ReviewState.OPEN)
    reasons = {item.image_id: item.get_reason_display() for item in waiting}
    wanted = []
    for image in images:
        if image.pk in busy:
            outcome.refuse(image, "leased", f"{busy[image.pk]} works on it now; send it later.")
        elif image.pk in reasons:
            why = reasons[image.pk].lower()
            outcome.refuse(image, "in_review", f"it waits for a review already ({why}).")
        else:
            wanted.append(image)
    asker = user.get_username() if user else ""
    text = detail.strip() or (f"Sent by {asker}." if asker else "")
    ReviewItem.objects.bulk_create(
        [
            ReviewItem(
                image=image,
                reason=reason,
                help=reason == ReviewReason.HELP,
                state_before=image.state,
                detail=text[:300],
                priority=ASKED_PRIORITY,
            )
            for image in wanted
        ],
    )
    if reason == ReviewReason.HELP:
        comments.ask_about(wanted, text=detail.strip(), user=user)
    Image.objects.present().filter(pk__in=[image.pk for image in wanted]).update(state=ImageState.IN_REVIEW)
    outcome.done = [image.pk for image in wanted]
    return outcome
