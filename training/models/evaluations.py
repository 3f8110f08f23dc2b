"""Evaluations of detectors and checkpoints, and what they found on each image."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models import Image, Split
from inference.models import ModelVersion
from training.models.rounds import Round


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
    # Boxes from this score on were matched on each image.
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
