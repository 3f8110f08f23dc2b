"""What models proposed, and the queue of images that wait for a person's decision."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models.boxes import Decision
from annotations.models.images import Image, ImageState
from annotations.models.projects import DefectType


class Proposal(models.Model):
    """The boxes that one model proposed for one image at one version."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="proposals")
    model_name = models.CharField(max_length=120)
    round_number = models.PositiveIntegerField(null=True, blank=True)
    image_version = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["image", "model_name", "image_version"], name="proposal_once_per_model_and_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model_name} on {self.image}"


class ProposedBox(models.Model):
    """One box of a proposal and what became of it; `uid` is the uid of the Box that it may become."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="boxes")
    uid = models.UUIDField(default=uuid.uuid4)
    defect_type = models.ForeignKey(DefectType, on_delete=models.PROTECT, related_name="+")
    # PostgreSQL keeps the column names xmin and xmax for itself.
    xmin = models.FloatField(db_column="x_min")
    ymin = models.FloatField(db_column="y_min")
    xmax = models.FloatField(db_column="x_max")
    ymax = models.FloatField(db_column="y_max")
    score = models.FloatField()
    grade_probabilities = models.JSONField(null=True, blank=True)
    decision = models.CharField(max_length=10, choices=Decision, default=Decision.PENDING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "uid"], name="proposed_box_uid_once"),
            models.CheckConstraint(
                condition=Q(xmin__gte=0, ymin__gte=0, xmin__lt=F("xmax"), ymin__lt=F("ymax")),
                name="proposed_box_has_area",
            ),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="proposed_score_0_to_1"),
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values), name="proposed_box_decision_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.defect_type} {self.score:.2f}"


class ReviewReason(models.TextChoices):
    """Why a person is asked."""

    UNSURE = "unsure", "Unsure"  # a box scored between doubt and its type's threshold
    MANUAL_TYPE = "manual_type", "Type without a threshold"
    UNSURE_GRADE = "unsure_grade", "Unsure grade"
    NOTHING_FOUND = "nothing_found", "Nothing found"
    AUDIT = "audit", "Audit sample"
    HELP = "help", "Needs help"


class ReviewState(models.TextChoices):
    """open -> decided | withdrawn (a newer round or a person's label made it pointless)."""

    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ReviewItem(models.Model):
    """One image that waits for a decision, with its reason; people's calls for help first, then priority.

    `help` is set when a person requests help; `reason` is then the other reason, or `help` without one.
    `state_before` is the state that the image gets back when the request ends.
    """

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="review_items")
    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.SET_NULL, related_name="review_items"
    )
    reason = models.CharField(max_length=20, choices=ReviewReason)
    # One sentence for people: "scratch 0.41 is below its threshold 0.62".
    detail = models.CharField(max_length=300, blank=True)
    priority = models.FloatField(default=0)
    help = models.BooleanField(default=False)
    state_before = models.CharField(max_length=12, choices=ImageState, blank=True)
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    decision = models.CharField(
        max_length=10,
        choices=[("accept", "Accept"), ("correct", "Correct"), ("reject", "Reject")],
        blank=True,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-help", "-priority", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["image"], condition=Q(state=ReviewState.OPEN), name="review_item_open_once_per_image"
            ),
            models.CheckConstraint(condition=Q(reason__in=ReviewReason.values), name="review_reason_known"),
            models.CheckConstraint(condition=Q(state__in=ReviewState.values), name="review_state_known"),
            models.CheckConstraint(
                condition=Q(help=True) | ~Q(reason=ReviewReason.HELP), name="review_for_help_says_so"
            ),
            models.CheckConstraint(
                condition=Q(state_before="") | Q(state_before__in=ImageState.values),
                name="review_state_before_known",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReviewState.DECIDED) | ~Q(decision=""), name="review_decided_has_decision"
            ),
        ]
        indexes = [
            models.Index(
                fields=["-help", "-priority", "id"],
                condition=Q(state=ReviewState.OPEN),
                name="review_item_queue",
            )
        ]

    def __str__(self) -> str:
        return f"{self.image}: {self.get_reason_display()}"
