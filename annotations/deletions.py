"""Delete images, undo a deletion within a day, and remove the rest for good afterwards.

A deleted image keeps its row, files, boxes and history, and is not shown; its name and its content are
free for another image. After a day `purge` removes it. An image that a snapshot names keeps an empty row
then, with its hash and revisions, so that it stays known what a round was trained on.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection, Sequence

from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations import bulk
from annotations.bulk import Outcome
from annotations.errors import Conflict
from annotations.imaging import pyramids
from annotations.models import Box, Image, Lease, Project, Pyramid, VocSource
from annotations.models.images import KEPT_AFTER_DELETION

logger = logging.getLogger(__name__)

PURGED_AT_ONCE = 200


@transaction.atomic
def delete(project: Project, ids: Collection[int], *, user=None) -> Outcome:
    """Delete the images `ids` of `project`, for a day on recall.

    Refused are images that another person works on. A round that runs goes on with them: their files stay.
    """
    images, outcome = bulk.find(project, ids)
    busy = bulk.worked_on(images, by_others_than=user)
    for image in images:
        if image.pk in busy:
            outcome.refuse(image, "leased", f"{busy[image.pk]} works on it now; delete it later.")
        else:
            outcome.done.append(image.pk)
    rows = Image.objects.present().filter(pk__in=outcome.done)
    rows.update(deleted_at=timezone.now(), deleted_by=user)
    Lease.objects.filter(image__in=outcome.done, user=user).delete()
    return outcome


def restore(project: Project, ids: Collection[int], *, user=None) -> Outcome:
    """Bring the deleted images `ids` of `project` back as they were.

    Refused are those whose name or content another image has by now. Raises Conflict when one was uploaded at
    this very moment.
    """
    try:
        with transaction.atomic():
            return _restore(project, ids)
    except IntegrityError as error:
        raise Conflict("An image of the same name or content was added at this moment; try again.") from error


def _restore(project: Project, ids: Collection[int]) -> Outcome:
    # The newest deletion first: of two images of one name the last one that was there comes back.
    images = list(project.images.deleted().filter(pk__in=ids).order_by("-deleted_at", "-pk"))
    outcome = bulk.missing(ids, images)
    present = project.images.present()
    names = set(present.filter(name__in=[image.name for image in images]).values_list("name", flat=True))
    same = present.filter(sha256__in=[image.sha256 for image in images])
    contents = dict(same.values_list("sha256", "name"))
    for image in images:
        if image.sha256 in contents:
            detail = f"the same file is here again, as {contents[image.sha256]}; nothing was restored."
            outcome.refuse(image, "duplicate_image", detail)
        elif image.name in names:
            detail = "another image has this name now; delete that one, then restore."
            outcome.refuse(image, "name_taken", detail)
        else:
            names.add(image.name)
            contents[image.sha256] = image.name
            outcome.done.append(image.pk)
    gone = Image.objects.filter(pk__in=outcome.done, deleted_at__isnull=False)
    gone.update(deleted_at=None, deleted_by=None)
    outcome.done.sort()
    return outcome


def purge(*, needed=None, remembered: Sequence = (), limit: int = PURGED_AT_ONCE) -> int:
    """Remove up to `limit` images whose day is over, files first, then rows; return how many.

    `needed` is a queryset of ids of images that running work reads: these stay. `remembered` are querysets
    of ids of images whose row stays, emptied of files and boxes. A purge that dies in the middle leaves rows
    that the next one finds.
    """
    over = Image.objects.filter(deleted_at__lte=timezone.now() - KEPT_AFTER_DELETION).exclude(file="")
    if needed is not None:
        over = over.exclude(pk__in=needed)
    images = list(over.select_related("pyramid").order_by("deleted_at", "pk")[:limit])
    if not images:
        return 0
    ids = {image.pk for image in images}
    kept: set[int] = set()
    for some in remembered:
        kept.update(Image.objects.filter(pk__in=ids).filter(pk__in=some).values_list("pk", flat=True))
    for image in images:
        _remove_files(image)
    with transaction.atomic():
        Image.objects.filter(pk__in=kept).update(file="", view="", thumbnail="")
        Pyramid.objects.filter(image__in=kept).delete()
        Box.objects.filter(image__in=kept).delete()
        VocSource.objects.filter(image__in=kept).delete()
        Image.objects.filter(pk__in=ids - kept, deleted_at__isnull=False).delete()
    logger.info("Removed %d deleted images for good; %d rows are kept for their rounds.", len(ids), len(kept))
    return len(ids)


def _remove_files(image: Image) -> None:
    for name in filter(None, (image.file.name, image.view.name, image.thumbnail.name)):
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(name)
    with contextlib.suppress(Pyramid.DoesNotExist):
        pyramids.discard(image, image.pyramid.folder)
