"""An inspection through a real broker and a real worker; a message that was lost is found by the sweep."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.models import JobState
from inference.inspections import inspection_runs
from inference.models import InspectedImage, Inspection
from tests.factories import png
from tests.inference.tiny_models import make_inspecting_project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def has_ended(inspection: Inspection) -> bool:
    inspection.refresh_from_db()
    return inspection.state not in (JobState.QUEUED, JobState.RUNNING)


def test_a_worker_inspects_what_was_sent_and_what_was_lost(celery_worker):
    project = make_inspecting_project()
    sent = inspection_runs.start(project, [SimpleUploadedFile("a.png", png(mode="RGB"))], threshold=0.2)
    lost = Inspection.objects.create(project=project, model_name=sent.model_name, threshold=0.2)
    Inspection.objects.filter(pk=lost.pk).update(created_at="2020-01-01T00:00Z")
    row = InspectedImage(inspection=lost, name="b.png")
    row.file.save("b.png", SimpleUploadedFile("b.png", png()))
    celery_worker("ml")
    wait_until(lambda: has_ended(sent), seconds=180, what="the inspection that was sent")
    # A swept message expires while the worker is busy; here it is idle again.
    assert inspection_runs.sweep() == 1
    wait_until(lambda: has_ended(lost), seconds=180, what="the inspection whose message was lost")
    for inspection in (sent, lost):
        assert (inspection.state, inspection.error) == (JobState.DONE, "")
        image = inspection.images.get()
        assert (image.error, image.defects.count()) == ("", 2)
        assert image.drawn
