"""Tasks are enqueued by name: each name is that of a task, and goes to the queue of its workers."""

import pytest
from django.conf import settings

from annotations.imaging import previews
from annotations.intake import archives
from inference.graders import grade_requests
from inference.inspections import inspection_runs
from training import rounds
from webapp.celery import app

QUEUES = {
    rounds.RUN_ROUND: "ml",
    inspection_runs.RUN_INSPECTION: "ml",
    grade_requests.PROPOSE_GRADES: "ml",
    previews.RENDER_VIEWS: "default",
    archives.UNPACK: "default",
}
SCHEDULED = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


@pytest.mark.parametrize("name", sorted({*QUEUES, *SCHEDULED, *settings.CELERY_TASK_ROUTES}))
def test_every_name_is_a_task(name: str) -> None:
    app.loader.import_default_modules()
    assert name in app.tasks


@pytest.mark.parametrize(("name", "queue"), QUEUES.items())
def test_a_task_goes_to_the_queue_whose_workers_can_run_it(name: str, queue: str) -> None:
    assert app.amqp.router.route({}, name)["queue"].name == queue
