"""Inspections: batches of images with the defects that were found."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models import DefectType, JobState, Project


class Inspection(models.Model):
    """A batch of images run through the promoted models for a result, not for labels."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="inspections")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    # Names the worker's claim; a worker that no longer finds its own stops.
    claim = models.CharField(max_length=40, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    # Chosen when the inspection is made; empty: the promoted detector at that time.
    model_name = models.CharField(max_length=120, blank=True)
    threshold = models.FloatField(null=True, blank=True)
    max_boxes = models.PositiveIntegerField(default=100)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="inspection_state_known"),
            models.CheckConstraint(
                condition=Q(threshold__isnull=True) | Q(threshold__gte=0, threshold__lte=1),
                name="inspection_threshold_0_to_1",
            ),
        ]

    def __str__(self) -> str:
        return f"inspection {self.pk} of {self.project}"


class InspectedImage(models.Model):
    """One file of an inspection, with its outcome."""

    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="images")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="inspections/", max_length=500)
    drawn = models.FileField(upload_to="inspections/", max_length=500, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    done = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    seconds = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class Defect(models.Model):
    """One finding on an inspected image. Severity is computed from the grades' weights when read."""

    image = models.ForeignKey(InspectedImage, on_delete=models.CASCADE, related_name="defects")
    defect_type = models.ForeignKey(DefectType, on_delete=models.PROTECT, related_name="+")
    # PostgreSQL keeps the column names xmin and xmax for itself.
    xmin = models.FloatField(db_column="x_min")
    ymin = models.FloatField(db_column="y_min")
    xmax = models.FloatField(db_column="x_max")
    ymax = models.FloatField(db_column="y_max")
    score = models.FloatField()
    grade_probabilities = models.JSONField(null=True, blank=True)
    # Names of the models, so that a result can be explained after others were promoted.
    model_name = models.CharField(max_length=120)
    grader_name = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(xmin__lt=F("xmax"), ymin__lt=F("ymax")), name="defect_has_area"
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="defect_score_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.defect_type} {self.score:.2f}"
