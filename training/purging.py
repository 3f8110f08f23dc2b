"""Remove deleted images for good, but nothing that a round still reads or that tells what one has read."""

from annotations import deletions
from training.models import LotImage, Round, SnapshotImage


def purge() -> int:
    """Remove the images whose day is over, in batches until none is left; return how many.

    Those of a running round wait for its end. Those of older snapshots and lots keep an empty row.
    """
    running = SnapshotImage.objects.filter(snapshot__rounds__in=Round.objects.active())
    removed = 0
    while count := deletions.purge(
        needed=running.values("image"),
        remembered=[SnapshotImage.objects.values("image"), LotImage.objects.values("image")],
    ):
        removed += count
    return removed
