"""The tiles of a large image are cut once, whoever asks how often, and are there whole or not at all."""

import io
from datetime import timedelta

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from annotations import projects, tasks
from annotations.errors import StorageFull
from annotations.imaging import pyramids, raster_tiles
from annotations.intake import ingest
from annotations.models import Image, Pyramid, PyramidState
from tests.annotations.imaging.pictures import DEEP_COLORS, RAMP, saved, tiff, unpacked
from tests.factories import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_tiles(tmp_path, settings, monkeypatch):
    """Let the 64 × 48 ramp be a large image of 16-pixel tiles."""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(pyramids, "WHOLE_SIDE", 60)
    monkeypatch.setattr(raster_tiles, "TILE_SIDE", 16)
    monkeypatch.setattr(raster_tiles.levels_of, "__kwdefaults__", {"side": 16})
    monkeypatch.setattr(raster_tiles.tile_of, "__kwdefaults__", {"side": 16})
    return settings.MEDIA_ROOT


@pytest.fixture
def image():
    return ingest.add_image(make_project(), "a.png", io.BytesIO(saved(RAMP)))


def tile(image, level, column, row) -> bytes:
    name = pyramids.tile_name(image.pyramid.folder, level, column, row)
    with default_storage.open(name) as stream:
        return stream.read()


def put_together(image, level: int) -> np.ndarray:
    image = Image.objects.get(pk=image.pk)
    size = pyramids.levels_of(image.pyramid)[level]
    shape = (size.height, size.width) if image.channels == 1 else (size.height, size.width, 3)
    whole = np.zeros(shape, np.uint16)
    for row in range(size.rows):
        for column in range(size.columns):
            part = raster_tiles.tile_of(whole, column, row)
            data = tile(image, level, column, row)
            part[:] = unpacked(data, shape=part.shape, bit_depth=image.bit_depth)
    return whole


def stored_tiles(media) -> list:
    return [path for path in media.rglob("*.gz") if path.is_file()]


def test_the_tiles_of_level_0_are_the_file(image):
    assert pyramids.cut(image.pk)
    np.testing.assert_array_equal(put_together(image, 0), RAMP)
    np.testing.assert_array_equal(put_together(image, 1), raster_tiles.halve(RAMP))
    assert Pyramid.objects.get().histogram == raster_tiles.histogram(RAMP)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tile": (16, 32)},
        {"rowsperstrip": 7},
        {"compression": "lzw", "predictor": True},
        {"byteorder": ">"},
    ],
    ids=["plain", "tiled", "striped", "lzw", "big endian"],
)
def test_16_bit_tiffs_of_every_layout_are_cut(options):
    image = ingest.add_image(make_project(), "a.tif", io.BytesIO(tiff(RAMP, **options)))
    assert pyramids.cut(image.pk)
    np.testing.assert_array_equal(put_together(image, 0), RAMP)


def test_16_bit_color_is_cut():
    data = tiff(DEEP_COLORS, photometric="rgb")
    image = ingest.add_image(make_project(), "a.tif", io.BytesIO(data))
    assert pyramids.cut(image.pk)
    np.testing.assert_array_equal(put_together(image, 0), DEEP_COLORS)


def test_a_second_call_does_nothing(image, small_tiles):
    assert pyramids.cut(image.pk)
    before = sorted(stored_tiles(small_tiles))
    assert pyramids.cut(image.pk) is False
    assert sorted(stored_tiles(small_tiles)) == before


def test_a_changed_window_keeps_the_tiles(image):
    pyramids.cut(image.pk)
    folder = Pyramid.objects.get().folder
    projects.change(image.project, window_low=5, window_high=900)
    tasks.sweep()
    assert Pyramid.objects.get().folder == folder


def test_small_and_deleted_images_get_no_tiles(image):
    small = ingest.add_image(make_project(), "s.png", io.BytesIO(saved(RAMP[:, :60])))
    assert pyramids.cut(small.pk) is False
    Image.objects.filter(pk=image.pk).update(deleted_at=timezone.now())
    assert pyramids.cut(image.pk) is False
    assert not Pyramid.objects.exists()


def test_a_cut_that_lost_its_claim_leaves_no_trace(image, small_tiles, monkeypatch):
    def store(row, folder, original=pyramids._store):
        outcome = original(row, folder)
        Pyramid.objects.update(claimed_at=timezone.now() + timedelta(seconds=1))
        return outcome

    monkeypatch.setattr(pyramids, "_store", store)
    assert pyramids.cut(image.pk) is False
    assert Pyramid.objects.get().folder == ""
    assert stored_tiles(small_tiles) == []


def test_a_full_disk_ends_as_failed_and_keeps_nothing(image, small_tiles, monkeypatch):
    calls = iter(range(5))

    def save(name, content, original=default_storage.save):
        if next(calls, None) is None:
            raise StorageFull()
        return original(name, content)

    monkeypatch.setattr(pyramids.default_storage, "save", save)
    assert pyramids.cut(image.pk) is False
    row = Pyramid.objects.get()
    assert (row.state, row.folder) == (PyramidState.FAILED, "")
    assert "disk is full" in row.error
    assert stored_tiles(small_tiles) == []


def test_a_file_that_vanished_ends_as_failed_with_a_sentence(image):
    default_storage.delete(image.file.name)
    assert pyramids.cut(image.pk) is False
    assert "No such file" in Pyramid.objects.get().error


def test_lost_tiles_are_cut_anew_and_the_others_serve_meanwhile(image, small_tiles):
    pyramids.cut(image.pk)
    old = Pyramid.objects.get()
    assert pyramids.renew(old)
    assert pyramids.renew(old) is False
    assert Pyramid.objects.get().folder == old.folder
    tasks.sweep()
    new = Pyramid.objects.get()
    assert new.state == PyramidState.READY
    assert new.folder != old.folder
    assert all(new.folder in str(path) for path in stored_tiles(small_tiles))


def test_the_sweep_takes_over_from_a_worker_that_died_but_not_for_ever(image):
    long_ago = timezone.now() - pyramids.CLAIMS.ends_after - timedelta(seconds=1)
    pyramids.of(image)
    dead = {"state": PyramidState.CUTTING, "claimed_at": long_ago}
    Pyramid.objects.update(**dead, tries=pyramids.MOST_TRIES)
    tasks.sweep()
    row = Pyramid.objects.get()
    assert row.state == PyramidState.FAILED
    assert "3 times" in row.error
    Pyramid.objects.update(**dead, tries=1)
    tasks.sweep()
    assert Pyramid.objects.get().state == PyramidState.READY
    assert Pyramid.objects.get().tries == 0
