"""An image file comes into a project whole, once, with its original untouched."""

import errno
import io

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from annotations.errors import DuplicateImage, FileTooLarge, NameTaken, StorageFull, UnusableFile
from annotations.imaging import previews
from annotations.intake import ingest
from annotations.models import Image, ViewState
from tests.annotations.imaging.pictures import COLORS, RAMP, STEPS, saved
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def project():
    return make_project(window_low=None, window_high=None)


def files(folder) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_the_original_is_kept_byte_for_byte_and_described(project):
    user = make_user()
    data = saved(RAMP)
    image = ingest.add_image(project, "part.7.ä.png", io.BytesIO(data), user=user, part="P7", lot="L1")
    image.refresh_from_db()
    assert image.file.open().read() == data
    assert (image.name, image.format, image.bytes) == ("part.7.ä.png", "PNG", len(data))
    assert (image.width, image.height, image.channels, image.bit_depth) == (64, 48, 1, 16)
    assert (image.part, image.lot, image.uploaded_by) == ("P7", "L1", user)
    assert image.view_state == ViewState.PENDING


def test_the_first_image_chooses_the_gray_window_and_later_ones_do_not(project):
    ingest.add_image(project, "deep.png", io.BytesIO(saved(RAMP)))
    ingest.add_image(project, "flat.png", io.BytesIO(saved(STEPS)))
    project.refresh_from_db()
    assert (project.window_low, project.window_high) == (0, 65535)


def test_the_same_file_again_names_the_one_that_is_there(project):
    first = ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    with pytest.raises(
        DuplicateImage, match=r"b\.png: the project has this very file already, as a\.png"
    ) as caught:
        ingest.add_image(project, "b.png", io.BytesIO(saved(STEPS)))
    assert caught.value.extra == {"image": first.pk, "name": "a.png"}


def test_another_file_of_the_same_name_is_refused_with_a_way_out(project):
    ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    with pytest.raises(NameTaken, match=r"a\.png: .*rename the file or delete that one"):
        ingest.add_image(project, "a.png", io.BytesIO(saved(COLORS)))


def test_the_name_and_content_of_a_deleted_image_are_free_again(project):
    first = ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    Image.objects.filter(pk=first.pk).update(deleted_at="2026-01-01T00:00:00Z")
    second = ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    assert second.file.name != first.file.name


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (saved(RAMP)[:200], r"x\.png: is cut off or damaged"),
        (b"<annotation/>", r"x\.png: is an XML file and not an image"),
        (b"", r"x\.png: is empty"),
    ],
)
def test_a_bad_file_leaves_nothing_behind(project, media, data, sentence):
    with pytest.raises(UnusableFile, match=sentence):
        ingest.add_image(project, "x.png", io.BytesIO(data))
    assert files(media) == []
    assert not Image.objects.exists()


def test_limits_of_bytes_and_pixels_name_their_setting(project, settings):
    settings.BLEMISH_MAX_PIXELS = 1000
    with pytest.raises(FileTooLarge, match="BLEMISH_MAX_PIXELS"):
        ingest.add_image(project, "x.png", io.BytesIO(saved(STEPS)))
    settings.BLEMISH_MAX_FILE_BYTES = 100
    with pytest.raises(FileTooLarge, match=r"has [\d,]+ bytes, more than the limit of 100"):
        ingest.add_image(project, "x.png", io.BytesIO(saved(STEPS)))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("C:\\Fotos\\a.png", "a.png"), ("../../etc/a.png", "a.png"), ("übel ß.v1.png", "übel ß.v1.png")],
)
def test_only_the_last_part_of_a_name_is_kept(given, kept):
    assert ingest.clean_name(given) == kept


@pytest.mark.parametrize("name", ["", "..", "a\nb.png", "a\x00.png", "a/", "x" * 256])
def test_a_name_that_cannot_be_kept_is_refused(name):
    if name == "a/":
        assert ingest.clean_name(name) == "a"
        return
    with pytest.raises(UnusableFile):
        ingest.clean_name(name)


def test_a_full_disk_is_told_and_leaves_no_file(project, media, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("annotations.imaging.storage.os.fsync", full)
    with pytest.raises(StorageFull, match="The disk is full"):
        ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    assert files(media) == []
    assert not Image.objects.exists()


def test_a_refused_row_takes_its_file_with_it(project, media, monkeypatch):
    ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
    before = files(media)
    answers = iter([None])
    refuse = ingest.refuse_known
    # The first look sees nothing, as if the other upload ended a moment later.
    monkeypatch.setattr(ingest, "refuse_known", lambda *args: next(answers, refuse) and refuse(*args))
    with pytest.raises(DuplicateImage), transaction.atomic():
        ingest.add_image(project, "b.png", io.BytesIO(saved(STEPS)))
    assert files(media) == before


def test_the_view_is_requested_when_the_row_is_committed(
    project, django_capture_on_commit_callbacks, monkeypatch
):
    asked = []
    monkeypatch.setattr(previews, "request_views", asked.extend)
    with django_capture_on_commit_callbacks(execute=True):
        image = ingest.add_image(project, "a.png", io.BytesIO(saved(STEPS)))
        assert asked == []
    assert asked == [image.pk]


def test_two_files_of_one_storage_name_both_stay(media):
    first = default_storage.save("x/a.txt", ContentFile(b"1"))
    second = default_storage.save("x/a.txt", ContentFile(b"2"))
    assert first != second
    assert [default_storage.open(name).read() for name in (first, second)] == [b"1", b"2"]
    assert len(files(media)) == 2
