"""Assign images to one person at a time.

A lease expires. It never blocks a save, because the version does that; it keeps two people from starting on
the same image.
"""

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from annotations.errors import Leased
from annotations.models import Image, ImageState, Lease, Project, ReviewItem, ReviewState

# Images fetched by one query; a claim that loses all of them to others repeats the query.
CANDIDATES = 25
ATTEMPTS = 20


def _acquire(image_id: int, user, seconds: int) -> bool:
    """Try to get the lease of an image that is free; return whether `user` got it."""
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    ended = Lease.objects.filter(image_id=image_id, expires_at__lte=now)
    if ended.update(user=user, expires_at=until, created_at=now) == 1:
        return True
    try:
        with transaction.atomic():
            Lease.objects.create(image_id=image_id, user=user, expires_at=until)
    except IntegrityError:
        return False  # somebody else was first, or the image was deleted
    return True


def waiting(project: Project, queue: str):
    """Return the images of `project` that wait in `queue` ("label" or "review"), in the order of claims.

    In review, the images with a request for help come first.
    """
    images = Image.objects.present().filter(project=project)
    if queue == "review":
        open_items = ReviewItem.objects.filter(state=ReviewState.OPEN, image__project=project)
        return images.filter(review_items__in=open_items).order_by(
            "-review_items__help", "-review_items__priority", "pk"
        )
    return images.filter(state=ImageState.UNLABELED).order_by("pk")


def claim(project: Project, user, queue: str = "label", *, exclude: Collection[int] = ()) -> Image | None:
    """Lease the next image of `queue` to `user` and return it, or None when none is left.

    Images under a live lease, and those whose ids are in `exclude` (skipped or already open), are left out.
    """
    for _ in range(ATTEMPTS):
        leased = Lease.objects.live(timezone.now()).filter(image=OuterRef("pk"))
        free = waiting(project, queue).exclude(pk__in=exclude).exclude(Exists(leased))
        candidates = list(free.values_list("pk", flat=True)[:CANDIDATES])
        if not candidates:
            return None
        for pk in candidates:
            if not _acquire(pk, user, project.lease_seconds):
                continue
            # It may have been saved between the query and the lease.
            image = waiting(project, queue).select_related("project").filter(pk=pk).first()
            if image is not None:
                return image
            release(Image(pk=pk), user)
    return None


def holder(image: Image) -> Lease | None:
    """Return the live lease of `image` with its user, if any."""
    return Lease.objects.live(timezone.now()).select_related("user").filter(image=image).first()


def take(image: Image, user) -> Lease:
    """Renew `user`'s lease of `image`, or get a free one; raises Leased with the holder's name."""
    until = timezone.now() + timedelta(seconds=image.project.lease_seconds)
    renewed = Lease.objects.filter(image=image, user=user).update(expires_at=until)
    if renewed != 1 and not _acquire(image.pk, user, image.project.lease_seconds):
        lease = holder(image)
        if lease is not None and lease.user != user:
            raise Leased(
                f"{lease.user.get_username()} works on {image.name}.",
                holder=lease.user.get_username(),
                expires_at=lease.expires_at.isoformat(),
                seconds_left=round((lease.expires_at - timezone.now()).total_seconds(), 1),
            )
    return Lease.objects.select_related("user").get(image=image, user=user)


def working(project: Project) -> dict[int, str]:
    """Return who works where in `project` now: {image id: user name}, in one query."""
    live = Lease.objects.live(timezone.now()).filter(image__project=project, image__deleted_at__isnull=True)
    return dict(live.values_list("image_id", "user__username"))


def release(image: Image, user) -> None:
    """End `user`'s lease of `image`; another person's stays."""
    Lease.objects.filter(image=image, user=user).delete()
