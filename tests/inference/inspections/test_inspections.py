"""Inspections as rows: every file has its outcome, and running twice changes nothing."""

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from annotations.errors import Conflict
from annotations.models import JobState
from inference.inspections import inspection_runs, results
from inference.models import Defect, Inspection
from tests.factories import make_inspection, make_model, make_project
from tests.inference.tiny_models import make_inspecting_project

pytestmark = pytest.mark.django_db


def picture(brightness: int, *, width: int = 100, height: int = 50) -> bytes:
    buffer = io.BytesIO()
    PIL.Image.fromarray(np.full((height, width), brightness, np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def project():
    return make_inspecting_project()


def test_defects_have_type_box_score_grades_and_severity(project):
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))], threshold=0.2)
    assert inspection_runs.run(inspection.pk).state == JobState.DONE
    image = results.with_results(Inspection.objects.filter(pk=inspection.pk)).get().images.get()
    assert (image.done, image.error, image.width, image.height) == (True, "", 100, 50)
    pit, scratch = image.defects.all()
    assert (pit.defect_type.name, pit.model_name, pit.grader_name) == ("pit", "tiny-detector", "tiny-grader")
    assert (pit.xmin, pit.ymin, pit.xmax, pit.ymax) == (20, 5, 60, 25)
    assert pit.score == pytest.approx(0.8)
    assert pit.grade_probabilities == pytest.approx([0.2, 0.8])
    assert results.severity_of_defect(pit) == pytest.approx(0.2 * 0.2 + 0.8 * 1.0)
    assert (scratch.score, scratch.grade_probabilities) == (0.25, None)
    assert results.severity_of_defect(scratch) == 0.25
    with default_storage.open(image.drawn.name) as file:
        assert PIL.Image.open(file).size == (100, 50)


def test_another_weight_changes_the_severity_of_what_was_found_before(project):
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))])
    inspection_runs.run(inspection.pk)
    project.defect_types.get(name="pit").grades.filter(level=2).update(weight=0.5)
    (pit,) = Defect.objects.prefetch_related("defect_type__grades")
    assert results.severity_of_defect(pit) == pytest.approx(0.2 * 0.2 + 0.8 * 0.5)


def test_a_bad_file_has_its_sentence_and_the_rest_goes_on(project):
    files = [
        upload("a.png", picture(204)),
        upload("text.png", b"<?xml version='1.0'?><annotation/>"),
        upload("cut.png", picture(204)[:60]),
        upload("b.png", picture(10)),
    ]
    inspection = inspection_runs.start(project, files)
    assert inspection_runs.run(inspection.pk).state == JobState.DONE
    good, text, cut, dark = inspection.images.all()
    assert good.defects.count() == 1
    assert text.error.startswith("text.png: is an XML file")
    assert cut.error.startswith("cut.png:")
    assert (dark.error, dark.defects.count()) == ("", 0)
    assert all(image.done for image in (good, text, cut, dark))


def test_a_file_that_is_too_large_is_told_at_once(project, settings):
    settings.BLEMISH_MAX_FILE_BYTES = 100
    inspection = inspection_runs.start(project, [upload("a.png", picture(204) + bytes(200))])
    image = inspection.images.get()
    assert (image.done, bool(image.file)) == (True, False)
    assert "more than the limit of 100" in image.error


def test_a_file_that_vanished_is_told(project):
    inspection = inspection_runs.start(
        project, [upload("a.png", picture(204)), upload("b.png", picture(204))]
    )
    default_storage.delete(inspection.images.first().file.name)
    inspection_runs.run(inspection.pk)
    gone, present = inspection.images.all()
    assert gone.error == "a.png: the file is gone."
    assert present.defects.count() == 1


def test_running_twice_finds_nothing_to_do(project):
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))])
    inspection_runs.run(inspection.pk)
    before = list(Defect.objects.values_list("pk", flat=True))
    assert inspection_runs.run(inspection.pk) is None
    assert list(Defect.objects.values_list("pk", flat=True)) == before


def test_images_that_were_done_before_a_restart_stay(project):
    inspection = inspection_runs.start(
        project, [upload("a.png", picture(204)), upload("b.png", picture(204))]
    )
    first = inspection.images.first()
    first.done, first.seconds = True, 1.5
    first.save()
    inspection_runs.run(inspection.pk)
    first.refresh_from_db()
    assert (first.seconds, first.defects.count()) == (1.5, 0)
    assert inspection.images.last().defects.count() == 1


def test_a_cancelled_inspection_is_not_run(project):
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))])
    assert inspection_runs.cancel(inspection).state == JobState.CANCELLED
    assert inspection_runs.run(inspection.pk) is None
    with pytest.raises(Conflict, match="already ended"):
        inspection_runs.cancel(inspection)


def test_a_wish_to_stop_ends_a_running_inspection(project):
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))])
    Inspection.objects.filter(pk=inspection.pk).update(cancel_requested=True)
    assert inspection_runs.run(inspection.pk).state == JobState.CANCELLED


def test_a_missing_model_fails_with_its_sentence():
    project = make_project()
    make_model(project, "round-1", promoted=True)
    inspection = make_inspection(project, state=JobState.QUEUED)
    inspection.images.update(done=False)
    ended = inspection_runs.run(inspection.pk)
    assert ended.state == JobState.FAILED
    assert "model.json is missing" in ended.error


def test_a_type_that_the_project_does_not_have_is_named():
    project = make_inspecting_project(types=())
    inspection = inspection_runs.start(project, [upload("a.png", picture(204))], threshold=0.2)
    inspection_runs.run(inspection.pk)
    image = inspection.images.get()
    assert image.error == "a.png: the model found scratch, which is no defect type of this project."
    assert [defect.defect_type.name for defect in image.defects.all()] == ["pit"]


def test_stored_names_hold_nothing_of_the_senders_path(project):
    inspection = inspection_runs.start(project, [upload("../../evil;name.PNG", picture(204))])
    name = inspection.images.get().file.name
    assert name.startswith(f"inspections/{project.pk}/{inspection.pk}/")
    assert "evil" not in name
    assert name.endswith(".png")


def test_nothing_is_kept_when_the_rows_cannot_be_written(project, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise RuntimeError("no row")

    monkeypatch.setattr("inference.models.InspectedImage.save", refuse)
    before = kept_files()
    with pytest.raises(RuntimeError):
        inspection_runs.start(project, [ContentFile(picture(204), name="a.png")])
    assert not Inspection.objects.exists()
    assert kept_files() == before


def kept_files() -> set[Path]:
    return {path for path in Path(settings.MEDIA_ROOT, "inspections").rglob("*") if path.is_file()}
