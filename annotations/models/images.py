"""Images, where they came from and how they are split."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from annotations.models.projects import Project

# How long a deletion can be taken back.
KEPT_AFTER_DELETION = timedelta(days=1)


class Split(models.TextChoices):
    """What an image is used for; frames of one part share a split."""

    TRAIN = "train", "Train"
    CALIBRATION = "calibration", "Calibration"
    TEST = "test", "Test"


class ImageState(models.TextChoices):
    """How far an image's labels are.

    unlabeled -> labeled (a person saved) | auto_labeled (all boxes passed) | in_review (a person is asked)
    in_review -> labeled (decided); auto_labeled -> in_review or labeled (audited, edited).
    """

    UNLABELED = "unlabeled", "Unlabeled"
    IN_REVIEW = "in_review", "In review"
    LABELED = "labeled", "Labeled"
    AUTO_LABELED = "auto_labeled", "Auto-labeled"


# An image in one of these states has labels, from a person or from a model.
LABELED_STATES = (ImageState.LABELED, ImageState.AUTO_LABELED)


class ViewState(models.TextChoices):
    """How far the thumbnail and the browser view are: pending -> rendering -> ready | failed."""

    PENDING = "pending", "Pending"
    RENDERING = "rendering", "Rendering"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"


class ImportBatch(models.Model):
    """One run of an import; it keeps the coordinate convention of its files."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="import_batches")
    source = models.CharField(max_length=500)
    # True: VOC devkit numbers (1-based, inclusive); False: taken as they stand (LabelImg).
    one_based = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    images_read = models.PositiveIntegerField(default=0)
    boxes_read = models.PositiveIntegerField(default=0)
    files_skipped = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.source} into {self.project}"


class ImageQuerySet(models.QuerySet):
    def present(self) -> "ImageQuerySet":
        """Return the images that were not deleted."""
        return self.filter(deleted_at__isnull=True)

    def labeled(self) -> "ImageQuerySet":
        """Return the images that a person or a round labeled."""
        return self.filter(state__in=LABELED_STATES)

    def deleted(self) -> "ImageQuerySet":
        """Return the images that were deleted and can still be brought back."""
        return self.filter(deleted_at__gt=timezone.now() - KEPT_AFTER_DELETION)


class Image(models.Model):
    """One original file, kept untouched, with its state and version.

    `version` counts the saves of its boxes, from 0; every write compares it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="images")
    name = models.CharField(max_length=255)
    file = models.FileField(upload_to="originals/", max_length=500)
    thumbnail = models.FileField(upload_to="thumbnails/", max_length=500, blank=True)
    view = models.FileField(upload_to="views/", max_length=500, blank=True)
    view_state = models.CharField(max_length=10, choices=ViewState, default=ViewState.PENDING)
    view_claimed_at = models.DateTimeField(null=True, blank=True)
    view_error = models.TextField(blank=True)

    sha256 = models.CharField(max_length=64)
    pixels_sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    format = models.CharField(max_length=10)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    channels = models.PositiveSmallIntegerField()
    bit_depth = models.PositiveSmallIntegerField()

    part = models.CharField(max_length=120, blank=True)
    lot = models.CharField(max_length=120, blank=True)
    line = models.CharField(max_length=120, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)

    split = models.CharField(max_length=12, choices=Split)
    state = models.CharField(max_length=12, choices=ImageState, default=ImageState.UNLABELED)
    version = models.PositiveIntegerField(default=0)
    box_count = models.PositiveIntegerField(default=0)
    labeled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    labeled_at = models.DateTimeField(null=True, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    import_batch = models.ForeignKey(
        ImportBatch, null=True, blank=True, on_delete=models.SET_NULL, related_name="images"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # The worst severity of the boxes at `severity_version`, by the weights of `Project.severity_basis`. It is
    # read through annotations.severity.severity_cache alone, which knows whether it still holds.
    severity = models.FloatField(null=True, blank=True, editable=False)
    severity_version = models.IntegerField(default=-1, db_default=-1, editable=False)
    # A deleted image is kept for a day, so that the deletion can be taken back.
    deleted_at = models.DateTimeField(null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                condition=Q(deleted_at__isnull=True),
                name="image_name_once_per_project",
            ),
            models.UniqueConstraint(
                fields=["project", "sha256"],
                condition=Q(deleted_at__isnull=True),
                name="image_content_once_per_project",
            ),
            models.CheckConstraint(condition=Q(width__gte=1, height__gte=1), name="image_has_pixels"),
            models.CheckConstraint(condition=Q(channels__in=[1, 3]), name="image_channels_1_or_3"),
            models.CheckConstraint(condition=Q(bit_depth__in=[8, 16]), name="image_bit_depth_8_or_16"),
            models.CheckConstraint(condition=Q(split__in=Split.values), name="image_split_known"),
            models.CheckConstraint(condition=Q(state__in=ImageState.values), name="image_state_known"),
            models.CheckConstraint(
                condition=Q(view_state__in=ViewState.values), name="image_view_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["project", "state", "id"], name="image_by_state"),
            models.Index(fields=["project", "split", "id"], name="image_by_split"),
            models.Index(fields=["project", "lot"], name="image_by_lot"),
            models.Index(fields=["project", "line"], name="image_by_line"),
            models.Index(fields=["project", "part"], name="image_by_part"),
            models.Index(fields=["project", "labeled_at", "id"], name="image_by_labeled_at"),
            models.Index(fields=["project", "box_count", "id"], name="image_by_box_count"),
            models.Index(fields=["project", "severity", "id"], name="image_by_severity"),
            models.Index(
                fields=["project", "id"],
                condition=~Q(severity_version=F("version")),
                name="image_severity_outdated",
            ),
            models.Index(
                fields=["deleted_at", "id"], condition=Q(deleted_at__isnull=False), name="image_deleted"
            ),
            models.Index(
                fields=["view_state", "id"],
                condition=~Q(view_state=ViewState.READY),
                name="image_view_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VocSource(models.Model):
    """The VOC document that an image came with, byte for byte, so that an export can give it back."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="voc_source")
    document = models.BinaryField()
    filename = models.CharField(max_length=255)
    one_based = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.filename
