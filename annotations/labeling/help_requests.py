"""Requests for help: a comment that puts its image into the review queue.

The rule. An image with an open thread that needs help has an open review item with `help` set, and is in
review. An item that was open already for another reason keeps that reason and gets `help` set.

- A save by the person who requested help, or by anybody who may not review, never ends the request: the image
  stays in review. The other reason of the item is settled by that save, as always.
- A reviewer's decision ends it, and so does a save by a reviewer who did not request help: the threads become
  resolved by that person.
- Resolving or deleting the last such thread ends it: the item is withdrawn, or stays open for its other
  reason, and the image gets the state that it would have without the request.
- A round never accepts or proposes boxes of an image with an open request.
"""

from django.db.models import F
from django.utils import timezone

from annotations.models import Comment, Image, ImageState, ReviewItem, ReviewReason, ReviewState, Role

EXCERPT = 200


def lock_image(image: Image) -> None:
    """Take the write lock of the row of `image`, so that concurrent changes of its requests run in turn."""
    Image.objects.filter(pk=image.pk).update(state=F("state"))


def open_threads(image: Image):
    """Return the open threads of `image` that request help, oldest first."""
    requests = Comment.objects.filter(
        image=image, parent__isnull=True, needs_help=True, deleted_at__isnull=True
    )
    return requests.filter(resolved_at__isnull=True)


def open_item(image: Image) -> ReviewItem | None:
    """Return the open review item of `image`, whatever its reason."""
    return ReviewItem.objects.filter(image=image, state=ReviewState.OPEN).first()


def is_open(image: Image) -> bool:
    """Return whether a person requests help with `image`."""
    return ReviewItem.objects.filter(image=image, state=ReviewState.OPEN, help=True).exists()


def _sentence(thread: Comment) -> str:
    who = thread.author.get_username() if thread.author else "Somebody"
    text = " ".join(thread.text.split())
    return f"{who} asks: {text if len(text) <= EXCERPT else text[: EXCERPT - 1] + '…'}"


def follow(image: Image) -> None:
    """Update the review item of `image` by its threads; call `lock_image` first, in the same transaction."""
    thread = open_threads(image).select_related("author").first()
    item = open_item(image)
    if thread is None:
        _withdraw(image, item)
    elif item is None:
        state = Image.objects.values_list("state", flat=True).get(pk=image.pk)
        ReviewItem.objects.create(
            image=image, reason=ReviewReason.HELP, help=True, detail=_sentence(thread), state_before=state
        )
        _move(image, ImageState.IN_REVIEW)
    elif item.reason == ReviewReason.HELP:
        ReviewItem.objects.filter(pk=item.pk).update(detail=_sentence(thread))
    else:
        ReviewItem.objects.filter(pk=item.pk).update(help=True)


def _withdraw(image: Image, item: ReviewItem | None) -> None:
    if item is None or not item.help:
        return
    if item.reason != ReviewReason.HELP:
        ReviewItem.objects.filter(pk=item.pk).update(help=False)
        return
    ReviewItem.objects.filter(pk=item.pk).update(state=ReviewState.WITHDRAWN)
    _move(image, ImageState(item.state_before or ImageState.UNLABELED))


def _move(image: Image, state: ImageState) -> None:
    Image.objects.filter(pk=image.pk).update(state=state)
    image.state = state


def survives(image: Image, item: ReviewItem, user) -> bool:
    """Return whether the request in `item` stays open when `user` saves the boxes of `image`."""
    if not item.help:
        return False
    role = image.project.role_of(user)
    may_review = role is not None and role.rank >= Role.REVIEWER.rank
    return not may_review or open_threads(image).filter(author=user).exists()


def settle(image: Image, *, user) -> None:
    """Settle the review item of `image` after a save by `user`; an open request keeps the image in review."""
    item = open_item(image)
    if item is None:
        return
    if not survives(image, item, user):
        ReviewItem.objects.filter(pk=item.pk).update(state=ReviewState.WITHDRAWN)
        if item.help:
            answer(image, user)
        return
    thread = open_threads(image).select_related("author").first()
    ReviewItem.objects.filter(pk=item.pk).update(
        reason=ReviewReason.HELP,
        detail=_sentence(thread) if thread else item.detail,
        proposal=None,
        priority=0,
        state_before=image.state,
    )
    _move(image, ImageState.IN_REVIEW)


def answer(image: Image, user) -> int:
    """Resolve the threads of `image` that request help, in the name of `user`; return how many."""
    return open_threads(image).update(resolved_at=timezone.now(), resolved_by=user)
