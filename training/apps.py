"""The Django application `training`."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    """Register the application."""

    name = "training"
