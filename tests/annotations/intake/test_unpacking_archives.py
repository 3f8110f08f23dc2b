"""Zip archives: what goes in, what is refused member by member, and how the work survives its worker."""

import io
import stat
import struct
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from annotations import jobs
from annotations.errors import StorageFull
from annotations.intake import archives
from annotations.models import Archive, JobState, Role
from tests.api import member_client
from tests.factories import make_image, make_member, make_project, png

pytestmark = pytest.mark.django_db

VOC = (
    b"<annotation><filename>a.png</filename><object><name>scratches</name><bndbox><xmin>3</xmin>"
    b"<ymin>4</ymin><xmax>20</xmax><ymax>30</ymax></bndbox></object></annotation>"
)


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch):
    """Let the heartbeat's thread write nothing: its connection would wait for the transaction of the test."""
    monkeypatch.setattr(jobs, "BEAT_SECONDS", 3600)


@pytest.fixture
def project():
    return make_project()


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def receive(project, content: bytes, *, user=None, **metadata) -> Archive:
    user = user or make_member(project, Role.ENGINEER)
    upload = SimpleUploadedFile("lot.zip", content)
    return archives.receive(project, "lot.zip", upload, user=user, metadata=metadata)


def unpack(project, content: bytes, **options) -> Archive:
    archive = receive(project, content, **options)
    assert not archives.run(archive.pk)
    archive.refresh_from_db()
    return archive


def reasons(archive: Archive) -> dict[str, str]:
    return {row["name"]: row["detail"] for row in archive.failures}


def test_images_and_their_annotations_go_in_and_the_archive_is_removed(project):
    content = zipped(("day/a.xml", VOC), ("day/a.png", png()), ("b.png", png()))
    archive = unpack(project, content, lot="L7", captured_at=timezone.now())
    assert (archive.state, archive.added, archive.annotated, archive.refused) == (JobState.DONE, 2, 1, 0)
    image = project.images.get(name="a.png")
    assert (image.lot, image.boxes.count(), image.uploaded_by) == ("L7", 1, archive.uploaded_by)
    assert image.captured_at is not None
    assert not archive.file
    assert default_storage.listdir(f"archives/{project.pk}")[1] == []


def test_what_is_here_already_is_counted_and_not_refused(project):
    content = zipped(("a.png", png()), ("a.xml", VOC))
    unpack(project, content)
    again = unpack(project, content)
    assert (again.added, again.annotated, again.known, again.refused) == (0, 0, 2, 0)
    assert project.images.count() == 1


def test_dangerous_members_are_named_with_their_reason_and_the_rest_goes_in(project):
    link = zipfile.ZipInfo("link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = zipped(
        ("../outside.png", png()),
        ("/absolute.png", png()),
        ("C:/windows.png", png()),
        ("deep/../../up.png", png()),
        (link, b"/etc/passwd"),
        ("inner.zip", zipped(("x.png", png()))),
        ("fine.png", png()),
    )
    archive = unpack(project, content)
    told = reasons(archive)
    for name in ("../outside.png", "/absolute.png", "C:/windows.png", "deep/../../up.png"):
        assert told[name] == (
            f"lot.zip, {name}: its path leads outside the archive; pack the files with plain relative paths."
        )
    assert "it is a link" in told["link.png"]
    assert "archive inside the archive" in told["inner.zip"]
    assert (archive.added, archive.refused) == (1, 6)
    assert list(project.images.values_list("name", flat=True)) == ["fine.png"]


def test_an_encrypted_member_is_refused(project):
    content = bytearray(zipped(("secret.png", png()), ("fine.png", png())))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    archive = unpack(project, bytes(content))
    assert "it is encrypted; pack it without a password." in reasons(archive)["secret.png"]
    assert archive.added == 1


def test_a_bomb_is_not_opened(project, settings):
    archive = unpack(project, zipped(("bomb.png", bytes(20 << 20)), ("fine.png", png())))
    assert "times its size" in reasons(archive)["bomb.png"]
    settings.BLEMISH_MAX_FILE_BYTES = 100_000
    archive = unpack(project, zipped(("large.png", bytes(200_000)), ("fine2.png", png())))
    assert "more than the limit of 100,000" in reasons(archive)["large.png"]
    assert archive.added == 1


def test_an_archive_that_unpacks_to_too_much_ends_where_the_limit_is(project, settings):
    first, second = png(200, 200), png(200, 200)
    settings.BLEMISH_MAX_ARCHIVE_UNPACKED_BYTES = len(first) + 10
    archive = unpack(project, zipped(("a.png", first), ("b.png", second)))
    assert archive.state == JobState.FAILED
    assert "before b.png was taken" in archive.error
    assert archive.added == 1


def test_too_many_members_are_told_at_once(project, settings):
    settings.BLEMISH_MAX_ARCHIVE_FILES = 2
    content = zipped(*((f"{n}.png", b"x") for n in range(3)))
    answer = post(project, content)
    assert answer.status_code == 400
    assert "it holds 3 files, more than the 2 taken" in answer.json()["failed"][0]["detail"]
    assert not Archive.objects.exists()


def test_an_archive_without_its_end_is_told_at_once(project):
    content = zipped(("a.png", png()))
    for broken in (content[:-30], b"", b"no archive at all"):
        answer = post(project, broken)
        assert answer.status_code == 400
        assert answer.json()["failed"][0]["code"] == "unusable_file"
        assert "lot.zip: it is no zip archive, or its end is missing" in str(answer.json())


def test_a_broken_table_of_contents_fails_with_a_sentence(project):
    content = bytearray(zipped(("a.png", png())))
    content[content.index(b"PK\x01\x02")] = 0
    archive = unpack(project, bytes(content))
    assert archive.state == JobState.FAILED
    assert "lot.zip: its table of contents is broken" in archive.error


def test_a_damaged_member_is_named_and_the_rest_goes_in(project):
    damaged = png(100, 100)
    content = bytearray(zipped(("a.png", damaged), ("b.png", png()), method=zipfile.ZIP_STORED))
    content[content.index(damaged) + len(damaged) // 2] ^= 0xFF
    archive = unpack(project, bytes(content))
    assert "lot.zip, a.png: it is damaged inside the archive" in reasons(archive)["a.png"]
    assert archive.added == 1


def test_a_lie_about_the_size_is_found_out(project):
    real = png()
    content = bytearray(zipped(("a.png", real), ("b.png", png())))
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<L", len(real) // 2)
    archive = unpack(project, bytes(content))
    assert "a.png" in reasons(archive)
    assert archive.added == 1


def test_names_are_read_as_utf_8_where_they_are_and_else_as_code_page_437(project):
    unmarked, old = zipfile.ZipInfo("prüfung.png"), zipfile.ZipInfo("maß.png")
    content = zipped((unmarked, png()), (old, png()))
    # What Python marks as UTF-8 is unmarked, as many programs leave it; the other one is of DOS's age.
    content = content.replace("maß".encode(), "maß".encode("cp437") + b"_")
    clean = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = -1
        while (at := clean.find(mark, at + 1)) >= 0:
            clean[at + offset] &= ~0x08
    archive = unpack(project, bytes(clean))
    assert archive.added == 2, archive.failures
    assert set(project.images.values_list("name", flat=True)) == {"prüfung.png", "maß_.png"}


def test_what_systems_leave_beside_files_is_passed_over(project):
    content = zipped(
        ("__MACOSX/._a.png", b"x"), (".DS_Store", b"x"), ("Thumbs.db", b"x"), ("day/", b""), ("a.png", png())
    )
    archive = unpack(project, content)
    assert (archive.members_total, archive.added, archive.refused) == (1, 1, 0)


def test_the_work_is_done_in_turns_and_goes_on_where_it_was(project):
    archive = receive(project, zipped(*((f"{n}.png", png()) for n in range(3))))
    assert archives.run(archive.pk, seconds=-1)
    archive.refresh_from_db()
    assert (archive.state, archive.members_done) == (JobState.QUEUED, 0)
    assert not archives.run(archive.pk)
    assert project.images.count() == 3


def test_the_sweep_sends_a_lost_archive_but_none_whose_next_turn_was_just_asked_for(project, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "enqueue", lambda task, pk, **_: sent.append((task, pk)))
    lost, in_turns = (receive(project, zipped((f"{n}.png", png()))) for n in range(2))
    Archive.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    assert archives.run(in_turns.pk, seconds=-1)
    sent.clear()
    assert archives.sweep() == 1
    assert sent == [(archives.UNPACK, lost.pk)]
    long_ago = timezone.now() - timedelta(minutes=1)
    Archive.objects.filter(pk=in_turns.pk).update(heartbeat_at=long_ago)
    assert archives.sweep() == 2


def test_a_worker_that_is_told_to_end_gives_the_archive_back_with_its_progress(project, monkeypatch):
    archive = receive(project, zipped(*((f"{n}.png", png()) for n in range(3))))
    monkeypatch.setattr(archives, "WRITTEN_EVERY", 0)
    whole = archives.ingest.add_image

    def end_after_the_first(*rest, **more):
        jobs.ending.set()
        return whole(*rest, **more)

    monkeypatch.setattr(archives.ingest, "add_image", end_after_the_first)
    try:
        assert archives.run(archive.pk)
    finally:
        jobs.ending.clear()
    archive.refresh_from_db()
    assert (archive.state, archive.claim, archive.members_done) == (JobState.QUEUED, "", 1)


def test_the_archive_of_a_dead_worker_is_gone_on_with(project, monkeypatch):
    archive = receive(project, zipped(*((f"{n}.png", png()) for n in range(4))))
    monkeypatch.setattr(archives, "WRITTEN_EVERY", 0)
    whole = archives.ingest.add_image

    def die_at_the_third(project, name, *rest, **more):
        if name == "2.png":
            raise KeyboardInterrupt
        return whole(project, name, *rest, **more)

    monkeypatch.setattr(archives.ingest, "add_image", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        archives.run(archive.pk)
    monkeypatch.setattr(archives.ingest, "add_image", whole)
    assert not jobs.due(Archive.objects).exists()
    assert not archives.run(archive.pk)  # the dead one is believed alive for a while
    long_ago = timezone.now() - timedelta(minutes=3)
    Archive.objects.filter(pk=archive.pk).update(heartbeat_at=long_ago)
    assert jobs.due(Archive.objects).get() == archive
    archives.run(archive.pk)
    archive.refresh_from_db()
    assert (archive.state, archive.added, archive.refused) == (JobState.DONE, 4, 0)


def test_a_full_disk_ends_the_work_and_says_so(project, monkeypatch):
    archive = receive(project, zipped(("a.png", png())))

    def refuse(*_, **__):
        raise StorageFull

    monkeypatch.setattr(archives.ingest, "add_image", refuse)
    archives.run(archive.pk)
    archive.refresh_from_db()
    assert archive.state == JobState.FAILED
    assert "The disk is full" in archive.error


def test_a_cancelled_archive_leaves_what_is_in_and_takes_no_more(project):
    user = make_member(project, Role.INSPECTOR)
    archive = receive(project, zipped(("a.png", png())), user=user)
    client = member_client(project)
    answer = client.post(f"/api/archives/{archive.pk}/cancel/")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert not archives.run(archive.pk)
    assert not project.images.exists()
    assert client.post(f"/api/archives/{archive.pk}/cancel/").status_code == 409
    stranger = member_client(make_project())
    assert stranger.get(f"/api/archives/{archive.pk}/").status_code == 404


def test_a_cancellation_is_seen_during_the_work(project, monkeypatch):
    archive = receive(project, zipped(("a.png", png()), ("b.png", png())))
    monkeypatch.setattr(archives, "WRITTEN_EVERY", 0)
    whole = archives.ingest.add_image

    def cancel_first(*rest, **more):
        archives.cancel(archive)
        return whole(*rest, **more)

    monkeypatch.setattr(archives.ingest, "add_image", cancel_first)
    archives.run(archive.pk)
    archive.refresh_from_db()
    assert (archive.state, archive.added) == (JobState.CANCELLED, 1)


def post(project, content: bytes, *more):
    files = [SimpleUploadedFile("lot.zip", content), *more]
    client = member_client(project, Role.ENGINEER)
    return client.post(f"/api/projects/{project.slug}/images/", {"files": files}, format="multipart")


def test_an_upload_answers_at_once_with_the_archive_to_watch(project):
    make_image(project)
    answer = post(project, zipped(("a.png", png())), SimpleUploadedFile("b.png", png()))
    assert answer.status_code == 201, answer.json()
    (row,) = answer.json()["archives"]
    archive = Archive.objects.get(pk=row["id"])
    assert (archive.state, row["name"], len(answer.json()["images"])) == ("queued", "lot.zip", 1)
    client = member_client(project)
    progress = client.get(f"/api/archives/{archive.pk}/").json()
    assert progress["state_text"] == "Waiting for a worker"
    assert (progress["entry"], progress["entries"]) == (0, 0)
    assert client.get(f"/api/projects/{project.slug}/archives/").json() == []


def test_an_archive_beyond_the_limit_of_bytes_is_refused(project, settings):
    settings.BLEMISH_MAX_ARCHIVE_BYTES = 100
    answer = post(project, zipped(("a.png", png())))
    assert answer.json()["failed"][0]["code"] == "file_too_large"
    assert "BLEMISH_MAX_ARCHIVE_BYTES" in answer.json()["failed"][0]["detail"]
