"""The Django application `annotations`."""

import PIL.Image
from django.apps import AppConfig
from django.conf import settings


class AnnotationsConfig(AppConfig):
    """Register the application."""

    name = "annotations"

    def ready(self) -> None:
        """Set Pillow's guard against decompression bombs to the limit of this installation."""
        PIL.Image.MAX_IMAGE_PIXELS = settings.BLEMISH_MAX_PIXELS
