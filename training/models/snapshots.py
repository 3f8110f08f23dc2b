"""The frozen labels that a round trains on."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models import Image, Project, Split


class Snapshot(models.Model):
    """The frozen list of (image, version, split) that a round trains on.

    `digest` is the SHA-256 over the sorted lines "image id, sha256, version, split" and the class names.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="snapshots")
    digest = models.CharField(max_length=64)
    # Names of the defect types in class order, as they were.
    class_names = models.JSONField()
    counts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.digest[:12]


class SnapshotImage(models.Model):
    """One image of a snapshot at one version; its boxes are those of that revision."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    split = models.CharField(max_length=12, choices=Split)
    # True when no person has checked these labels.
    auto = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "image"], name="snapshot_image_once"),
            models.CheckConstraint(condition=Q(split__in=Split.values), name="snapshot_split_known"),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} version {self.version}"
