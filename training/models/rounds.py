"""Rounds, their modes, phases and events."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models import JobState, Project
from inference.models import ModelVersion
from training.models.snapshots import Snapshot


class RoundMode(models.TextChoices):
    """The four modes of the original scripts."""

    TRAIN = "train", "Train only"
    TRAIN_EVAL = "train-eval", "Train and evaluate"
    SELF_TRAIN = "self-train", "Train, evaluate and label the rest"
    EVAL = "eval", "Evaluate kept models"


class Phase(models.TextChoices):
    """What a running round is doing, in this order."""

    SNAPSHOT = "snapshot", "Freezing the labels"
    DETECTOR = "detector", "Training the detector"
    GRADERS = "graders", "Training the graders"
    CALIBRATE = "calibrate", "Choosing thresholds"
    EVALUATE = "evaluate", "Evaluating on the test split"
    LABEL = "label", "Labeling the rest"


class RoundQuerySet(models.QuerySet):
    def active(self) -> "RoundQuerySet":
        """Return the rounds that wait or run."""
        return self.filter(state__in=[JobState.QUEUED, JobState.RUNNING])


class Round(models.Model):
    """One pass of the loop.

    queued -> running -> done | failed | cancelled. A worker claims it by writing `claim`; it is running
    as long as `heartbeat_at` is fresh. A running round whose heartbeat is stale may be claimed again and
    goes on from its last phase and checkpoint.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="rounds")
    number = models.PositiveIntegerField()
    mode = models.CharField(max_length=12, choices=RoundMode, default=RoundMode.SELF_TRAIN)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.QUEUED)
    phase = models.CharField(max_length=10, choices=Phase, blank=True)
    # training.config.RoundConfig, saved whole.
    config = models.JSONField(default=dict)
    snapshot = models.ForeignKey(
        Snapshot, null=True, blank=True, on_delete=models.PROTECT, related_name="rounds"
    )
    detector = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="rounds"
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    claim = models.CharField(max_length=40, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)

    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    images_per_second = models.FloatField(null=True, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)
    message = models.CharField(max_length=300, blank=True)
    error = models.TextField(blank=True)
    metrics = models.JSONField(default=dict)
    # What labeling did: {"auto_labeled": 12, "in_review": 30, "reasons": {...}, "boxes": ...}
    routing = models.JSONField(default=dict)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="round_number_once_per_project"),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
                name="round_one_active_per_project",
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="round_state_known"),
            models.CheckConstraint(condition=Q(mode__in=RoundMode.values), name="round_mode_known"),
            models.CheckConstraint(condition=Q(step__lte=F("steps")), name="round_step_within_steps"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.project}"


class RoundEvent(models.Model):
    """A row of a round's history: a progress point for the curves, a phase, a warning."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="events")
    # "phase", "progress", "checkpoint", "warning", "metrics"
    kind = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.round}"
