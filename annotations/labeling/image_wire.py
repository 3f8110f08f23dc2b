"""An image on the wire, without its boxes: the JSON that REST answers and that a page embeds."""

from datetime import UTC, datetime

from django.utils import timezone

from annotations.imaging.addresses import media_url, pixels_url, tiles_url
from annotations.labeling import comments
from annotations.models import Image, Lease

# Columns that go out as they are stored.
STORED = (
    "name",
    "width",
    "height",
    "channels",
    "bit_depth",
    "format",
    "split",
    "state",
    "version",
    "box_count",
    "part",
    "lot",
    "line",
    "view_state",
    "view_error",
)


def moment_to_wire(moment: datetime | None) -> str | None:
    """Return `moment` in UTC by ISO 8601 with its microseconds, as DRF writes it; None stays None."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def lease_to_wire(lease: Lease | None) -> dict | None:
    """Return {"user", "expires_at", "seconds_left"} of a live lease, None for one that has ended."""
    left = (lease.expires_at - timezone.now()).total_seconds() if lease else 0
    if lease is None or left <= 0:
        return None
    return {
        "user": lease.user.get_username(),
        "expires_at": moment_to_wire(lease.expires_at),
        "seconds_left": round(left, 1),
    }


def image_to_wire(image: Image) -> dict:
    """Return `image` as JSON-able values; load `labeled_by` and `lease__user` with many images."""
    return {
        "id": image.pk,
        **{name: getattr(image, name) for name in STORED},
        "captured_at": moment_to_wire(image.captured_at),
        "labeled_by": image.labeled_by.get_username() if image.labeled_by else None,
        "labeled_at": moment_to_wire(image.labeled_at),
        "created_at": moment_to_wire(image.created_at),
        "open_comments": comments.open_count(image),
        "lease": lease_to_wire(getattr(image, "lease", None)),
        "file": media_url(image, "file"),
        "view": media_url(image, "view"),
        "thumbnail": media_url(image, "thumbnail"),
        "pixels": pixels_url(image),
        "tiles": tiles_url(image),
    }
