"""Addresses of the pictures of an inspection."""

from django.urls import reverse

from annotations.imaging.addresses import with_fingerprint
from inference.models import InspectedImage


def picture_url(image: InspectedImage, field: str) -> str | None:
    """Return the address of the `file` or the `drawn` picture of `image`; None while there is none."""
    stored = getattr(image, field)
    if not stored:
        return None
    return with_fingerprint(reverse(f"api:inspected-{field}", args=[image.pk]), stored.name)
