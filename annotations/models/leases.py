"""The advice that a person works on an image."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from annotations.models.images import Image


class LeaseQuerySet(models.QuerySet):
    def live(self, now) -> "LeaseQuerySet":
        """Return the leases that have not ended at `now`."""
        return self.filter(expires_at__gt=now)


class Lease(models.Model):
    """One person works on one image until `expires_at`; a heartbeat moves that on."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="lease")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="leases")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LeaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="lease_by_end")]

    def __str__(self) -> str:
        return f"{self.user} on {self.image}"
