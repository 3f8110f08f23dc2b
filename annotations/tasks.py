"""Celery tasks of annotations: pictures for browsers, archives, figures that wait to be computed."""

import logging
import time
from collections.abc import Iterable, Iterator

from celery import shared_task
from kombu.exceptions import OperationalError

from annotations.imaging import previews, pyramids
from annotations.models import Project
from annotations.severity import severity_cache

logger = logging.getLogger(__name__)

# A sweep ends after this time, so that other tasks get their turn; the next one goes on.
SWEEP_SECONDS = 15.0


@shared_task
def render_views(image_id: int) -> None:
    """Make the view and the thumbnail of one image, and the tiles of a large one."""
    previews.render(image_id)
    pyramids.cut(image_id)


@shared_task
def sweep() -> None:
    """Make the pictures that nobody makes: their message was lost, Redis was stopped, or a worker died."""
    previews.give_up_stalled()
    pyramids.give_up_stalled()
    end = time.monotonic() + SWEEP_SECONDS
    for image_id in _waiting():
        previews.render(image_id)
        pyramids.cut(image_id)
        if time.monotonic() > end:
            return


def _waiting() -> Iterator[int]:
    while waiting := previews.pending_ids(limit=50):
        yield from waiting
    # Once: what is pending still when it was tried belongs to another worker by now.
    yield from pyramids.pending_ids(limit=1000)


@shared_task
def unpack(archive_id: int) -> None:
    """Take an archive apart for a turn; what is left is another task, behind those that wait."""
    if _archives().run(archive_id):
        request_unpacking(archive_id)


@shared_task
def sweep_archives() -> None:
    """Go on with the archives that nobody works on: their message was lost, or a worker died."""
    for archive_id in _archives().waiting_ids():
        unpack(archive_id)


@shared_task
def refresh_figures() -> None:
    """Bring the severities on image rows up to date, above all after weights were changed."""
    for project in Project.objects.all():
        severity_cache.refresh(project, limit=None)


def _archives():
    # Archives go through the door of single files, which asks the tasks here for views: a circle if above.
    from annotations.intake import archives

    return archives


def request_unpacking(archive_id: int) -> bool:
    """Ask a worker to take an archive apart; return whether the broker could be reached."""
    try:
        unpack.apply_async((archive_id,), retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("An archive waits until Redis and a worker run: %s", error)
        return False
    return True


def request_views(image_ids: Iterable[int]) -> bool:
    """Ask the workers for the pictures of these images; return whether the broker could be reached.

    Without a broker the images stay pending, and the sweep of the next worker makes their pictures.
    """
    try:
        for image_id in image_ids:
            render_views.apply_async((image_id,), retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("Thumbnails wait until Redis and a worker run: %s", error)
        return False
    return True
