"""Celery tasks of the training app."""

from celery import shared_task

from training import purging, rounds


@shared_task
def run_round(round_id: int) -> None:
    """Run one round; a second delivery finds it claimed and does nothing."""
    rounds.run(round_id)


@shared_task
def sweep() -> None:
    """Enqueue the rounds that no worker is working on."""
    rounds.sweep()


@shared_task
def purge() -> None:
    """Remove the images for good whose deletion nobody took back within a day."""
    purging.purge()
