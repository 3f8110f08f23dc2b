"""The Django application `inference`."""

from django.apps import AppConfig


class InferenceConfig(AppConfig):
    """Register the application."""

    name = "inference"

    def ready(self) -> None:
        """Add the formats that need models or TensorFlow to the registry."""
        from annotations.formats import registry
        from inference.formats import defects_csv, tfrecords

        registry.register(tfrecords.FORMAT)
        registry.register(defects_csv.FORMAT)
