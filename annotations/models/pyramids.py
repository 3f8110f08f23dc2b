"""The tiles of large originals."""

from django.db import models
from django.db.models import Q

from annotations.models.images import Image


class PyramidState(models.TextChoices):
    """How far an image's tiles are: pending -> cutting -> ready | failed."""

    PENDING = "pending", "Pending"
    CUTTING = "cutting", "Cutting"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class Pyramid(models.Model):
    """Tiles of one large image in native levels, under `folder` in storage.

    `folder` is written last, so that tiles are served whole or not at all; it stays in use while new tiles
    are cut because some were lost.
    """

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="pyramid")
    state = models.CharField(max_length=8, choices=PyramidState, default=PyramidState.PENDING)
    claimed_at = models.DateTimeField(null=True, blank=True)
    # Claims since the last success: after too many, the image is given up, because its work kills workers.
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    folder = models.CharField(max_length=200, blank=True)
    tile_side = models.PositiveIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    # See annotations.imaging.raster_tiles.histogram.
    histogram = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PyramidState.values), name="pyramid_state_known"),
            models.CheckConstraint(
                condition=~Q(state=PyramidState.READY) | ~Q(folder=""), name="pyramid_ready_has_folder"
            ),
        ]
        indexes = [
            models.Index(
                fields=["state", "id"],
                condition=~Q(state=PyramidState.READY),
                name="pyramid_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"tiles of {self.image}"
