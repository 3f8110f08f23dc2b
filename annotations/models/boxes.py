"""Boxes with their provenance, and the revisions of an image's box list."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.images import Image
from annotations.models.projects import DefectType


class Origin(models.TextChoices):
    """Who made a box."""

    HUMAN = "human", "Human"
    MODEL = "model", "Model"


class Decision(models.TextChoices):
    """The decision on a proposed box. `auto`: accepted by its threshold, and no person has seen it yet."""

    PENDING = "pending", "Pending"
    AUTO = "auto", "Accepted by threshold"
    ACCEPTED = "accepted", "Accepted"
    CORRECTED = "corrected", "Corrected"
    REJECTED = "rejected", "Rejected"


class Box(models.Model):
    """One defect on one image, in pixels of the original, half-open [xmin, xmax).

    `uid` is made by the client and unique within the image. The proposed_* fields keep what a model
    proposed, through every edit; they are null for a person's own box.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="boxes")
    uid = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveIntegerField(default=0)
    defect_type = models.ForeignKey(DefectType, on_delete=models.PROTECT, related_name="boxes")
    # PostgreSQL keeps the column names xmin and xmax for itself.
    xmin = models.FloatField(db_column="x_min")
    ymin = models.FloatField(db_column="y_min")
    xmax = models.FloatField(db_column="x_max")
    ymax = models.FloatField(db_column="y_max")
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    difficult = models.BooleanField(default=False)
    truncated = models.BooleanField(default=False)
    occluded = models.BooleanField(default=False)
    pose = models.CharField(max_length=60, default="Unspecified", blank=True)

    origin = models.CharField(max_length=10, choices=Origin, default=Origin.HUMAN)
    model_name = models.CharField(max_length=120, blank=True)
    round_number = models.PositiveIntegerField(null=True, blank=True)
    score = models.FloatField(null=True, blank=True)
    grade_probabilities = models.JSONField(null=True, blank=True)
    proposed_type = models.CharField(max_length=100, blank=True)
    proposed_xmin = models.FloatField(null=True, blank=True)
    proposed_ymin = models.FloatField(null=True, blank=True)
    proposed_xmax = models.FloatField(null=True, blank=True)
    proposed_ymax = models.FloatField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["image", "uid"], name="box_uid_once_per_image"),
            models.CheckConstraint(condition=Q(xmin__gte=0, ymin__gte=0), name="box_starts_in_image"),
            models.CheckConstraint(condition=Q(xmin__lt=F("xmax"), ymin__lt=F("ymax")), name="box_has_area"),
            models.CheckConstraint(
                condition=Q(grade__isnull=True) | Q(grade__gte=1, grade__lte=9), name="box_grade_1_to_9"
            ),
            models.CheckConstraint(condition=Q(origin__in=Origin.values), name="box_origin_known"),
            models.CheckConstraint(
                condition=Q(origin=Origin.HUMAN) | (~Q(model_name="") & Q(score__isnull=False)),
                name="box_of_model_names_it",
            ),
            models.CheckConstraint(
                condition=Q(decision="") | Q(decision__in=Decision.values), name="box_decision_known"
            ),
        ]
        indexes = [
            # With the image at the end, "which images hold such a box" is answered by the index alone.
            models.Index(fields=["defect_type", "grade", "image"], name="box_by_type_and_grade"),
            models.Index(fields=["image", "defect_type", "grade"], name="box_by_image_and_type"),
        ]

    def __str__(self) -> str:
        return f"{self.defect_type} [{self.xmin:g}, {self.ymin:g}, {self.xmax:g}, {self.ymax:g})"


class Revision(models.Model):
    """The whole box list of an image at one version; rows are added, never changed.

    `boxes` is a list of boxes in the wire format with their provenance (see annotations.labeling.wire).
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    boxes = models.JSONField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # "save", "import", "restore of version 3", "review: accept", "auto-labeled by <model>" …
    reason = models.CharField(max_length=200)
    # Named by the client that made it, so that a save whose answer was lost is known again.
    mutation = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["image", "mutation"],
                condition=Q(mutation__isnull=False),
                name="revision_once_per_mutation",
            ),
            models.UniqueConstraint(fields=["image", "version"], name="revision_once_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="revision_version_from_1"),
        ]

    def __str__(self) -> str:
        return f"{self.image} version {self.version}"
