"""Zip archives that people send: what became of each, while it is taken apart and afterwards."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models.jobs import JobState
from annotations.models.projects import Project

# The text of each state on the upload page.
STATE_LABELS = {
    JobState.QUEUED: "Waiting for a worker",
    JobState.RUNNING: "Being unpacked",
    JobState.DONE: "Done",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Cancelled",
}


class Archive(models.Model):
    """One zip archive on its way into a project; a job as in `annotations.jobs`.

    `members_done` of `members_total` members are processed, in the order of the archive: a worker that
    continues the work of another one starts there. `known` counts files that the project had before.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="archives")
    name = models.CharField(max_length=255)
    # Removed when the work is over.
    file = models.FileField(upload_to="archives/", max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=STATE_LABELS, default=JobState.QUEUED)
    # What the sender stated for all images: part, lot, line, captured_at, split.
    metadata = models.JSONField(default=dict)
    members_total = models.PositiveIntegerField(default=0)
    members_done = models.PositiveIntegerField(default=0)
    unpacked_bytes = models.PositiveBigIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    annotated = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # The first refusals: [{"name", "code", "detail"}]; `refused` counts all.
    failures = models.JSONField(default=list)
    error = models.TextField(blank=True)
    cancel_requested = models.BooleanField(default=False)
    claim = models.CharField(max_length=40, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="archive_state_known")
        ]

    def __str__(self) -> str:
        return self.name
