"""The model registry: one row per trained or imported model."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models import DefectType, Project


class ModelKind(models.TextChoices):
    """What a model does."""

    DETECTOR = "detector", "Detector"
    GRADER = "grader", "Severity grader"


class ModelSource(models.TextChoices):
    """Where a model comes from."""

    TRAINED = "trained", "Trained here"
    IMPORTED = "imported", "Imported"


class ModelVersionQuerySet(models.QuerySet):
    def detectors(self) -> "ModelVersionQuerySet":
        """Return the detectors."""
        return self.filter(kind=ModelKind.DETECTOR)

    def promoted(self) -> "ModelVersionQuerySet":
        """Return the models that inspections and rounds use."""
        return self.filter(promoted=True)


class ModelVersion(models.Model):
    """One trained or imported model: a folder on disk that is whole, or absent.

    A project has at most one promoted detector and one promoted grader per defect type.
    `thresholds` maps each type's name to its score threshold, or null where the type stays manual.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_versions")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=ModelKind)
    source = models.CharField(max_length=10, choices=ModelSource, default=ModelSource.TRAINED)
    defect_type = models.ForeignKey(
        DefectType, null=True, blank=True, on_delete=models.CASCADE, related_name="graders"
    )
    # Below settings.MODELS_ROOT, so that the folder can move with BLEMISH_VAR.
    folder = models.CharField(max_length=300)
    class_names = models.JSONField(default=list)
    config = models.JSONField(default=dict)
    thresholds = models.JSONField(default=dict)
    calibration = models.JSONField(default=dict)
    metrics = models.JSONField(default=dict)
    round_number = models.PositiveIntegerField(null=True, blank=True)
    promoted = models.BooleanField(default=False)
    promoted_at = models.DateTimeField(null=True, blank=True)
    promoted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ModelVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="model_name_once_per_project"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(promoted=True, kind=ModelKind.DETECTOR),
                name="model_one_promoted_detector",
            ),
            models.UniqueConstraint(
                fields=["defect_type"],
                condition=Q(promoted=True, kind=ModelKind.GRADER),
                name="model_one_promoted_grader_per_type",
            ),
            models.CheckConstraint(
                condition=Q(kind=ModelKind.DETECTOR, defect_type__isnull=True)
                | Q(kind=ModelKind.GRADER, defect_type__isnull=False),
                name="model_grader_has_a_type",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        """Return the model's folder on this machine."""
        return Path(settings.MODELS_ROOT) / self.folder
