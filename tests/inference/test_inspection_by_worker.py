"""An inspection through a real broker and a real worker; a message that was lost is found by the sweep."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inference import inspections
from inference.models import InspectedImage, Inspection, JobState
from tests.factories import png
from tests.inference.tiny_models import make_inspecting_project
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


def test_a_worker_inspects_what_was_sent_and_what_was_lost(celery_worker):
    project = make_inspecting_project()
    sent = inspections.start(project, [SimpleUploadedFile("a.png", png(mode="RGB"))], threshold=0.2)
    lost = Inspection.objects.create(project=project, model_name=sent.model_name, threshold=0.2)
    row = InspectedImage(inspection=lost, name="b.png")
    row.file.save("b.png", SimpleUploadedFile("b.png", png()))
    celery_worker("ml")
    Inspection.objects.filter(pk=lost.pk).update(created_at="2020-01-01T00:00Z")
    assert lost.pk in list(Inspection.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True))
    inspections.sweep()
    both = Inspection.objects.filter(pk__in=[sent.pk, lost.pk])
    wait_until(lambda: both.filter(state=JobState.DONE).count() == 2, seconds=120, what="both inspections")
    for inspection in both:
        image = inspection.images.get()
        assert (image.error, image.defects.count()) == ("", 2)
        assert image.drawn
