"""The Celery application: `celery -A webapp worker -Q ml` trains, `-Q default -B` does the rest."""

import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

app = Celery("blemish")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.worker_shutting_down.connect
def _stop_long_work(**_) -> None:
    """Let a running round write its checkpoint and go back to the queue: the shutdown need not wait."""
    from annotations import jobs

    jobs.ending.set()


@signals.worker_ready.connect
def _tell_networks(sender, **_) -> None:
    """Let the rounds page offer the networks of one's own, which only a worker can import."""
    from django.conf import settings

    if settings.BLEMISH_BACKBONES and "ml" in sender.app.amqp.queues.consume_from:
        from training.detector import backbone_registry

        backbone_registry.publish()
