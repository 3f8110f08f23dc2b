"""Addresses of an image's stored files; each carries a fingerprint, so that a browser may keep the answer."""

import hashlib

from django.urls import reverse

from annotations.imaging import pyramids
from annotations.models import Image


def fingerprint(name: str | None) -> str:
    """Return 12 hexadecimal digits for the stored file `name`, an empty text for none.

    Stored names are never used twice for different bytes, so another rendering has another fingerprint.
    """
    return hashlib.sha256(name.encode()).hexdigest()[:12] if name else ""


def with_fingerprint(address: str, name: str | None) -> str:
    """Return `address` with the fingerprint of the stored file `name`; without a name as it is."""
    return f"{address}?v={fingerprint(name)}" if name else address


def media_url(image: Image, field: str) -> str:
    """Return the address of `image`'s `file`, `view` or `thumbnail`; it changes with the stored file."""
    return with_fingerprint(reverse(f"api:image-{field}", args=[image.pk]), getattr(image, field).name)


def pixels_url(image: Image) -> str:
    """Return the address of a small image's native gray levels, an empty text for a large image."""
    if pyramids.is_large(image):
        return ""
    return with_fingerprint(reverse("api:image-pixels", args=[image.pk]), image.file.name)


def tiles_url(image: Image) -> str:
    """Return the address that describes a large image's tiles, an empty text for a small image."""
    return reverse("api:image-tiles", args=[image.pk]) if pyramids.is_large(image) else ""
