"""Lots: the auto-accepted images of one round."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from annotations.models import Image
from training.models.rounds import Round


class LotState(models.TextChoices):
    """unaudited -> accepted | rejected (its images go back to people)."""

    UNAUDITED = "unaudited", "Unaudited"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"


class Lot(models.Model):
    """The auto-accepted images of one round, accepted or rejected as a whole by an audit sample."""

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
