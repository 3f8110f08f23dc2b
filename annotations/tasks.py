"""Celery tasks of annotations: previews and tiles, archives, severities.

Nothing imports this module but Celery: others enqueue a task by its name.
"""

import time
from collections.abc import Iterator

from celery import shared_task

from annotations import jobs
from annotations.imaging import previews, pyramids
from annotations.intake import archives
from annotations.models import Project
from annotations.severity import severity_cache

# A sweep ends after this time, so that other tasks get their turn; the next one goes on.
SWEEP_SECONDS = 15.0


@shared_task
def render_views(image_id: int) -> None:
    """Make the view and the thumbnail of one image, and the tiles of a large one."""
    previews.render(image_id)
    pyramids.cut(image_id)


@shared_task
def sweep() -> None:
    """Make the views and tiles whose message was lost, or whose worker died."""
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
    """Unpack an archive for a turn, and enqueue its next turn behind the tasks that wait."""
    if archives.run(archive_id):
        jobs.enqueue(archives.UNPACK, archive_id)


@shared_task
def sweep_archives() -> None:
    """Enqueue the archives whose message was lost, or whose worker died."""
    archives.sweep()


@shared_task
def refresh_figures() -> None:
    """Bring the severities on image rows up to date, above all after weights were changed."""
    for project in Project.objects.all():
        severity_cache.refresh(project, limit=None)
