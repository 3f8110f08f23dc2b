"""Celery tasks of annotations: the pictures that browsers show."""

import logging
import time
from collections.abc import Iterable, Iterator

from celery import shared_task
from kombu.exceptions import OperationalError

from annotations import pyramids, rendering

logger = logging.getLogger(__name__)

# A sweep ends after this time, so that other tasks get their turn; the next one goes on.
SWEEP_SECONDS = 15.0


@shared_task
def render_views(image_id: int) -> None:
    """Make the view and the thumbnail of one image, and the tiles of a large one."""
    rendering.render(image_id)
    pyramids.cut(image_id)


@shared_task
def sweep() -> None:
    """Make the pictures that nobody makes: their message was lost, Redis was stopped, or a worker died."""
    rendering.give_up_stalled()
    pyramids.give_up_stalled()
    end = time.monotonic() + SWEEP_SECONDS
    for image_id in _waiting():
        rendering.render(image_id)
        pyramids.cut(image_id)
        if time.monotonic() > end:
            return


def _waiting() -> Iterator[int]:
    while waiting := rendering.pending_ids(limit=50):
        yield from waiting
    # Once: what is pending still when it was tried belongs to another worker by now.
    yield from pyramids.pending_ids(limit=1000)


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
