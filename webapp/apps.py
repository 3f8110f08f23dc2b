"""The Django application `webapp`."""

from django.apps import AppConfig


class WebappConfig(AppConfig):
    """Register the application."""

    name = "webapp"
