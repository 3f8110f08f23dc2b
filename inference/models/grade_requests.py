"""Requests for the grades of boxes that a person has just drawn."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models import Image, JobState


class GradeRequest(models.Model):
    """Boxes of one image whose grades a person would like to be proposed; answered within seconds or never.

    queued -> running -> done | failed. `boxes` is a list of {id, defect_type, xmin, ymin, xmax, ymax};
    `grades` maps a box's id to the probabilities of grades 1..K. Rows are forgotten after an hour.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    boxes = models.JSONField(default=list)
    grades = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="grade_request_state_known")
        ]
        indexes = [models.Index(fields=["created_at"], name="grade_request_by_age")]

    def __str__(self) -> str:
        return f"grades of {len(self.boxes)} boxes of {self.image}"
