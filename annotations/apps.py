"""The Django application `annotations`."""

from django.apps import AppConfig


class AnnotationsConfig(AppConfig):
    """Register the application."""

    name = "annotations"
