"""The Celery application: `celery -A webapp worker -Q ml` trains, `-Q default -B` does the rest."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

app = Celery("blemish")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
