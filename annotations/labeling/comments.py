"""Comments on an image: threads pinned to a place, replies, and resolving."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from rest_framework.exceptions import NotFound, PermissionDenied

from annotations.errors import BlemishError, Conflict
from annotations.labeling import help_requests
from annotations.labeling.wire import storable
from annotations.models import Comment, Image, Role

# The text of a request for help on many images that came without a text.
DEFAULT_REQUEST = "Please look at this image."
MAX_LETTERS = 4000
MAX_COMMENTS = 1000
# The filters of an image list by comments, with their labels.
KINDS = {"open": "Open comments", "any": "Any comments", "help": "Needs help", "none": "No comments"}


class InvalidComment(BlemishError):
    """A comment that cannot be kept; `field` names what is wrong."""

    default_code = "invalid_comment"
    default_detail = "A comment is wrong."


@dataclass(frozen=True)
class Place:
    """Where a thread is pinned, pixels of the original: on the image as a whole, at a point, or to a box."""

    x: float | None = None
    y: float | None = None
    box: uuid.UUID | None = None


def _text(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidComment("Write a few words: an empty comment says nothing.", field="text")
    if len(text) > MAX_LETTERS:
        raise InvalidComment(
            f"The comment has {len(text):,} letters; at most {MAX_LETTERS:,} are kept.", field="text"
        )
    if not storable(text):
        raise InvalidComment("The comment holds a letter that cannot be kept.", field="text")
    return text


def _placed(image: Image, place: Place) -> dict[str, object]:
    """Return the fields of `place` on `image`; without x and y, the center of the box."""
    x, y = place.x, place.y
    if (x is None) != (y is None):
        raise InvalidComment("A place takes both x and y, or neither for the whole image.", field="x")
    if x is None and place.box is not None:
        box = image.boxes.filter(uid=place.box).first()
        if box is None:
            raise InvalidComment(
                "The image has no such box yet; send x and y with it.", field="box", box=str(place.box)
            )
        x, y = (box.xmin + box.xmax) / 2, (box.ymin + box.ymax) / 2
    if x is not None and y is not None and not (0 <= x <= image.width and 0 <= y <= image.height):
        raise InvalidComment(
            f"({x:g}, {y:g}) lies outside the image ({image.width} × {image.height} pixels).", field="x"
        )
    return {"x": x, "y": y, "box_uid": place.box}


def _known(image: Image, uid: uuid.UUID, user) -> Comment | None:
    """Return `user`'s comment `uid` on `image` if it was sent before.

    Raises Conflict for the comment of another person.
    """
    known = Comment.objects.filter(image=image, uid=uid).first()
    if known is not None and known.author_id != user.pk:
        raise Conflict("This id belongs to another comment; make a new one.")
    return known


def _check_room(image: Image) -> None:
    if Comment.objects.filter(image=image).count() >= MAX_COMMENTS:
        raise InvalidComment(f"{image.name} has {MAX_COMMENTS:,} comments, which is all that is kept.")


@transaction.atomic
def begin(
    image: Image, *, uid: uuid.UUID, text: str, user, place: Place | None = None, needs_help: bool = False
) -> tuple[Comment, bool]:
    """Begin a thread on `image`; return it, and whether it is new: the same `uid` again is the same thread.

    With `needs_help` the image is put into the review queue (see `help_requests`). Raises InvalidComment,
    Conflict when `uid` is another person's.
    """
    help_requests.lock_image(image)
    known = _known(image, uid, user)
    if known is not None:
        return known, False
    _check_room(image)
    last = Comment.objects.filter(image=image).aggregate(last=Max("number"))["last"] or 0
    thread = Comment.objects.create(
        image=image,
        uid=uid,
        number=last + 1,
        author=user,
        text=_text(text),
        needs_help=needs_help,
        **_placed(image, place or Place()),
    )
    if needs_help:
        help_requests.follow(image)
    return thread, True


def ask_about(images: Sequence[Image], *, text: str, user) -> None:
    """Begin a thread that needs help on each of `images` as a whole, in two queries.

    Their review items are the caller's to open; with the thread they end like every other call for help.
    Raises InvalidComment.
    """
    text = _text(text or DEFAULT_REQUEST)
    numbered = Comment.objects.filter(image__in=images, parent__isnull=True).order_by()
    last = dict(numbered.values_list("image").annotate(Max("number")))
    Comment.objects.bulk_create(
        [
            Comment(
                image=image,
                uid=uuid.uuid4(),
                number=last.get(image.pk, 0) + 1,
                author=user,
                text=text,
                needs_help=True,
            )
            for image in images
        ],
        batch_size=200,
    )


@transaction.atomic
def reply(thread: Comment, *, uid: uuid.UUID, text: str, user) -> tuple[Comment, bool]:
    """Answer `thread`; return the reply, and whether it is new. Raises InvalidComment, Conflict."""
    help_requests.lock_image(thread.image)
    if not Comment.objects.filter(pk=thread.pk, parent__isnull=True).exists():
        raise NotFound("There is no such thread; it may have been deleted.")
    known = _known(thread.image, uid, user)
    if known is not None:
        return known, False
    _check_room(thread.image)
    return Comment.objects.create(
        image=thread.image, uid=uid, parent=thread, author=user, text=_text(text)
    ), True


def _require_author(comment: Comment, user) -> None:
    if comment.author_id != user.pk:
        raise PermissionDenied("Only the person who wrote a comment can change it.")


@transaction.atomic
def change(
    comment: Comment,
    *,
    user,
    text: str | None = None,
    place: Place | None = None,
    resolved: bool | None = None,
    needs_help: bool | None = None,
) -> Comment:
    """Change `comment`: its words and place are its author's, the end of a thread and its call anybody's.

    Resolving keeps who did it first. Raises InvalidComment, PermissionDenied, Conflict for a deleted one.
    """
    help_requests.lock_image(comment.image)
    comment.refresh_from_db()
    if comment.parent_id is not None and (place, resolved, needs_help) != (None, None, None):
        raise InvalidComment("A reply has no place and no end of its own; change its thread.", field="id")
    changes: dict[str, object] = {}
    if text is not None or place is not None:
        _require_author(comment, user)
        if comment.deleted_at is not None:
            raise Conflict("This comment was deleted.")
    if text is not None and _text(text) != comment.text:
        changes |= {"text": _text(text), "edited_at": timezone.now()}
    if place is not None:
        changes |= _placed(comment.image, place)
    if needs_help is not None:
        changes["needs_help"] = needs_help
    if resolved is not None and resolved != (comment.resolved_at is not None):
        changes["resolved_at"] = timezone.now() if resolved else None
        changes["resolved_by"] = user if resolved else None
    if changes:
        Comment.objects.filter(pk=comment.pk).update(**changes)
        comment.refresh_from_db()
        if comment.needs_help or needs_help is not None:
            help_requests.follow(comment.image)
    return comment


@transaction.atomic
def delete(comment: Comment, *, user) -> None:
    """Delete `comment` of `user`; an engineer may delete anybody's.

    A thread that others have answered loses its words and its call, and goes with its last answer.
    Raises PermissionDenied.
    """
    if comment.author_id != user.pk and comment.image.project.role_of(user) != Role.ENGINEER:
        raise PermissionDenied("Only the person who wrote a comment, or an engineer, can delete it.")
    help_requests.lock_image(comment.image)
    asked = comment.needs_help
    if comment.parent_id is None and comment.replies.exists():
        Comment.objects.filter(pk=comment.pk).update(text="", needs_help=False, deleted_at=timezone.now())
    else:
        Comment.objects.filter(pk=comment.pk).delete()
        if comment.parent_id is not None:
            bare = Comment.objects.filter(pk=comment.parent_id, deleted_at__isnull=False)
            bare.filter(replies__isnull=True).delete()
    if asked:
        help_requests.follow(comment.image)


def threads(image: Image) -> QuerySet[Comment]:
    """Return the threads of `image` by number, with replies and authors, in two queries."""
    replies = Comment.objects.select_related("author").order_by("pk")
    firsts = Comment.objects.filter(image=image, parent__isnull=True).order_by("number")
    return firsts.select_related("author", "resolved_by").prefetch_related(Prefetch("replies", replies))


def _open_threads(**of) -> QuerySet[Comment]:
    return Comment.objects.filter(parent__isnull=True, resolved_at__isnull=True, **of)


def count_open(images: QuerySet[Image]) -> QuerySet[Image]:
    """Return `images`, each with `open_comments`: how many threads are not resolved. No further query."""
    counted = _open_threads(image=OuterRef("pk")).order_by().values("image").annotate(n=Count("pk"))
    return images.annotate(open_comments=Coalesce(Subquery(counted.values("n")), 0))


def open_count(image: Image) -> int:
    """Return how many threads of `image` are not resolved; uses the count of `count_open` if it is there."""
    known = getattr(image, "open_comments", None)
    return _open_threads(image=image).count() if known is None else known


def only_with(images: QuerySet[Image], kind: str) -> QuerySet[Image]:
    """Return those of `images` whose comments are of `kind`, a key of `KINDS`."""
    if kind == "open":
        return images.filter(Exists(_open_threads(image=OuterRef("pk"))))
    if kind == "help":
        asking = _open_threads(image=OuterRef("pk"), needs_help=True, deleted_at__isnull=True)
        return images.filter(Exists(asking))
    commented = Exists(Comment.objects.filter(image=OuterRef("pk")))
    return images.exclude(commented) if kind == "none" else images.filter(commented)
