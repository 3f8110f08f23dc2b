"""Celery tasks of the inference app."""

from celery import shared_task

from inference.graders import grade_requests
from inference.inspections import inspection_runs


@shared_task
def run_inspection(inspection_id: int) -> None:
    """Run one inspection; a second delivery finds it claimed and does nothing."""
    inspection_runs.run(inspection_id)


@shared_task
def propose_grades(request_id: int) -> None:
    """Answer one request for grades; a second delivery finds it answered and does nothing."""
    grade_requests.answer(request_id)


@shared_task
def sweep() -> None:
    """Enqueue the inspections that no worker works on."""
    inspection_runs.sweep()
