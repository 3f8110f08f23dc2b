"""The Celery application: `celery -A webapp worker -Q ml` trains, `-Q default -B` does the rest."""

import os

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

app = Celery("blemish")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_shutting_down.connect
def _stop_long_work(**_) -> None:
    """Give running jobs back to the queue at their next write, so that the shutdown need not wait."""
    # Django is not set up yet when this module is read: what loads models is imported where it is needed.
    from annotations import jobs

    jobs.ending.set()


@signals.worker_ready.connect
def _publish_backbones(sender, **_) -> None:
    """Let the rounds page offer backbones of one's own, which only a worker can import."""
    if settings.BLEMISH_BACKBONES and "ml" in sender.app.amqp.queues.consume_from:
        from training.detector import backbone_choices

        backbone_choices.publish()
