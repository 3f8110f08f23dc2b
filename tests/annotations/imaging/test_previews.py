"""Views and thumbnails show the original through the project's window, once, whoever asks how often."""

import io
from datetime import timedelta

import numpy as np
import PIL.Image
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from annotations import projects, tasks
from annotations.imaging import previews
from annotations.imaging.gray_window import apply_window
from annotations.intake import ingest
from annotations.models import Image, ViewState
from tests.annotations.imaging.pictures import COLORS, RAMP, saved
from tests.factories import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def image():
    project = make_project(window_low=1000, window_high=50000)
    return ingest.add_image(project, "a.png", io.BytesIO(saved(RAMP)))


def shown(image) -> np.ndarray:
    image.refresh_from_db()
    return np.asarray(PIL.Image.open(image.view.open()))


def test_the_view_holds_exactly_the_windowed_pixels(image):
    assert previews.render(image.pk)
    np.testing.assert_array_equal(shown(image), apply_window(RAMP, low=1000, high=50000))
    assert image.view_state == ViewState.READY
    assert PIL.Image.open(image.thumbnail.open()).format == "JPEG"


def test_color_stays_color(image):
    other = ingest.add_image(make_project(), "c.png", io.BytesIO(saved(COLORS)))
    previews.render(other.pk)
    np.testing.assert_array_equal(shown(other), COLORS)


def test_a_second_call_does_nothing(image):
    previews.render(image.pk)
    image.refresh_from_db()
    names = image.view.name, image.thumbnail.name
    assert previews.render(image.pk) is False
    image.refresh_from_db()
    assert (image.view.name, image.thumbnail.name) == names


def test_a_changed_window_makes_the_view_anew_and_removes_the_old_files(image):
    previews.render(image.pk)
    image.refresh_from_db()
    old = image.view.name
    projects.change(image.project, window_low=0, window_high=65535)
    tasks.sweep()
    np.testing.assert_array_equal(shown(image), apply_window(RAMP, low=0, high=65535))
    assert not default_storage.exists(old)


def test_a_render_that_lost_its_claim_leaves_no_trace(image, media, monkeypatch):
    def store(row, original=previews._store):
        names = original(row)
        projects.change(row.project, window_low=0, window_high=9)
        return names

    monkeypatch.setattr(previews, "_store", store)
    assert previews.render(image.pk) is False
    image.refresh_from_db()
    assert (image.view_state, image.view.name) == (ViewState.PENDING, "")
    assert not [path for path in media.rglob("*") if path.is_file() and "originals" not in path.parts]


def test_a_file_that_vanished_ends_as_failed_with_a_sentence(image):
    default_storage.delete(image.file.name)
    assert previews.render(image.pk) is False
    image.refresh_from_db()
    assert image.view_state == ViewState.FAILED
    assert "No such file" in image.view_error


def test_a_large_view_is_reduced_and_keeps_its_shape(monkeypatch):
    monkeypatch.setattr(previews, "VIEW_SIDE", 32)
    picture = PIL.Image.open(io.BytesIO(previews.view_png(RAMP, low=0, high=65535)))
    assert (picture.format, picture.size, picture.mode) == ("PNG", (32, 24), "L")


def test_the_sweep_takes_over_from_a_worker_that_died(image):
    long_ago = timezone.now() - previews.CLAIMS.ends_after - timedelta(seconds=1)
    Image.objects.update(view_state=ViewState.RENDERING, view_claimed_at=long_ago)
    tasks.sweep()
    image.refresh_from_db()
    assert image.view_state == ViewState.READY


def test_the_sweep_leaves_running_renders_and_deleted_images_alone(image):
    Image.objects.update(view_state=ViewState.RENDERING, view_claimed_at=timezone.now())
    tasks.sweep()
    Image.objects.update(view_state=ViewState.PENDING, deleted_at=timezone.now())
    tasks.sweep()
    image.refresh_from_db()
    assert image.view_state == ViewState.PENDING


def test_the_sweep_ends_in_time_for_other_tasks(image, monkeypatch):
    ingest.add_image(image.project, "b.png", io.BytesIO(saved(COLORS)))
    monkeypatch.setattr(tasks, "SWEEP_SECONDS", -1)
    tasks.sweep()
    assert Image.objects.filter(view_state=ViewState.READY).count() == 1
