"""What every long job has in common as a row."""

from django.db import models


class JobState(models.TextChoices):
    """queued -> running -> done | failed | cancelled; running -> queued when its worker must stop."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
