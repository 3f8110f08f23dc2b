"""The Django application `inference`."""

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    """Register the application."""

    name = "inference"
