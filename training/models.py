"""Snapshots, rounds with their events, and lots of auto-accepted images."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotations.models import Image, JobState, Project, Split
from inference.models import ModelVersion


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
    # True when no person has looked at these labels.
    auto = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "image"], name="snapshot_image_once"),
            models.CheckConstraint(condition=Q(split__in=Split.values), name="snapshot_split_known"),
        ]

    def __str__(self) -> str:
        return f"{self.image_id} version {self.version}"


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


class LotState(models.TextChoices):
    """unaudited -> accepted | rejected (its images go back to people)."""

    UNAUDITED = "unaudited", "Unaudited"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class Lot(models.Model):
    """The auto-accepted images of one round, judged as a whole by an audit sample."""

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="lot")
    state = models.CharField(max_length=10, choices=LotState, default=LotState.UNAUDITED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=LotState.values), name="lot_state_known")]

    def __str__(self) -> str:
        return f"lot of {self.round}"


class LotImage(models.Model):
    """One image of a lot at the version that was accepted; `sampled` when it belongs to the audit sample."""

    lot = models.ForeignKey(Lot, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    sampled = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lot", "image"], name="lot_image_once")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.lot}"


class Network(models.Model):
    """A backbone that the ml worker knows, for the choices of the rounds page; written by `networks.publish`.

    A module that could not be imported has a row too, whose `problem` says why.
    """

    name = models.CharField(max_length=60, unique=True)
    module = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class Evaluation(models.Model):
    """One detector, or one checkpoint of a round, measured on the images of a split, with its reasons.

    `metrics` are the few numbers of the comparison table, `report` the curves, sizes and confusion matrix
    (training.evaluation.error_analysis); what happened on each image is in `images`.
    """

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="evaluations")
    model = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.SET_NULL, related_name="evaluations"
    )
    # The model's name; for a checkpoint that of the model which it became, with its step.
    name = models.CharField(max_length=160)
    checkpoint_round = models.PositiveIntegerField(null=True, blank=True)
    step = models.PositiveIntegerField(null=True, blank=True)
    split = models.CharField(max_length=12, choices=Split)
    # Boxes from this score on were judged on each image.
    score = models.FloatField()
    metrics = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "name"], name="evaluation_name_once_per_round"),
            models.CheckConstraint(condition=Q(split__in=Split.values), name="evaluation_split_known"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1), name="evaluation_score_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.split}"

    def seen(self, *, truth: str | None = None, found: str | None = None, order: str = "worst"):
        """Return the images, the worst or the best first, or those behind one cell of the matrix.

        A cell is named by both types; an empty text is "nothing there" or "missed". Images that were deleted
        meanwhile are left out.
        """
        images = self.images.filter(image__deleted_at__isnull=True).select_related("image")
        if truth is not None and found is not None:
            images = images.filter(cells__truth=truth, cells__found=found)
        if order == "best":
            # Of images that are all right, one with defects tells more than an empty one.
            return images.order_by("-quality", "-image__box_count", "pk")
        return images.order_by("quality", "-wrong", "pk")


class EvaluatedImage(models.Model):
    """What an evaluation saw on one image: the labeled boxes, the found ones, and how they pair.

    `truth` and `found` are lists of {"type", "box": [xmin, ymin, xmax, ymax], "pair": index in the other list
    or null}; a found box has its "score", a difficult truth says so.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    quality = models.FloatField()
    wrong = models.PositiveIntegerField()
    truth = models.JSONField(default=list)
    found = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evaluation", "image"], name="evaluation_image_once")]
        indexes = [models.Index(fields=["evaluation", "quality", "id"], name="evaluation_by_quality")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.evaluation_id}"


class ConfusedImage(models.Model):
    """An image behind a cell of the confusion matrix; an empty type is "nothing there" or "missed"."""

    evaluated = models.ForeignKey(EvaluatedImage, on_delete=models.CASCADE, related_name="cells")
    truth = models.CharField(max_length=120, blank=True)
    found = models.CharField(max_length=120, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["evaluated", "truth", "found"], name="evaluation_cell_once_per_image"
            )
        ]

    def __str__(self) -> str:
        return f"{self.truth or 'nothing there'}, found {self.found or 'nothing'}"
