"""Unpack zip archives, and add each member to the project as an upload of a single file would.

A request only stores the archive; a worker unpacks it in turns of some seconds, so that thumbnails need not
wait for its end, and writes its progress. When a worker dies, another one continues at the last progress
written; a member that is added twice is recognised by its hash.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from annotations import jobs
from annotations.errors import BlemishError, FileTooLarge, StorageFull, UnusableFile
from annotations.formats import zip_reading
from annotations.formats.labels import FormatError, Pending, base_name
from annotations.formats.zip_reading import BadArchive, BadMember, Limits, Member
from annotations.intake import annotation_uploads, ingest
from annotations.intake.annotation_uploads import AnnotationRefused
from annotations.intake.archive_contents import Contents, Step
from annotations.models import Archive, JobState, Project

# The Celery task that unpacks for a turn, by name: the module of tasks stands above this one.
UNPACK = "annotations.tasks.unpack"
TURN_SECONDS = 15.0
WRITTEN_EVERY = 0.5
LISTED_FAILURES = 1000
PROGRESS_FIELDS = (
    "members_total",
    "members_done",
    "unpacked_bytes",
    "added",
    "annotated",
    "known",
    "refused",
    "failures",
)
KNOWN = {"duplicate_image", "annotation_known"}


explain = partial(
    jobs.explain,
    disk_full="The disk is full: free some space and send the archive again; what is in already stays.",
    out_of_memory="The machine has not enough memory for this archive: send fewer or smaller images at once.",
    worker="default",
)


def limits() -> Limits:
    """Return the limits of this installation."""
    return Limits(
        members=settings.BLEMISH_MAX_ARCHIVE_FILES,
        bytes=settings.BLEMISH_MAX_ARCHIVE_UNPACKED_BYTES,
        member_bytes=settings.BLEMISH_MAX_FILE_BYTES,
    )


def is_archive(name: str) -> bool:
    """Return whether a file of this `name` is treated as a zip archive."""
    return name.lower().endswith(".zip")


def receive(project: Project, name: str, upload, *, user, metadata: dict | None = None) -> Archive:
    """Store an uploaded archive and enqueue its unpacking; `metadata` holds for all of its images.

    Raises UnusableFile for what is no archive, FileTooLarge, StorageFull.
    """
    name = ingest.clean_name(name)
    if upload.size > settings.BLEMISH_MAX_ARCHIVE_BYTES:
        raise FileTooLarge(
            f"{name}: has {upload.size:,} bytes, more than the limit for archives of "
            f"{settings.BLEMISH_MAX_ARCHIVE_BYTES:,}; split it or raise BLEMISH_MAX_ARCHIVE_BYTES"
        )
    try:
        zip_reading.check_end(upload.file, name=name, limits=limits())
    except BadArchive as error:
        raise UnusableFile(str(error)) from error
    metadata = dict(metadata or {})
    if metadata.get("captured_at"):
        metadata["captured_at"] = metadata["captured_at"].isoformat()
    upload.seek(0)
    stored = default_storage.save(f"archives/{project.pk}/{secrets.token_hex(8)}.zip", upload)
    try:
        with transaction.atomic():
            archive = Archive.objects.create(
                project=project, name=name, file=stored, metadata=metadata, uploaded_by=user
            )
            transaction.on_commit(lambda: jobs.enqueue(UNPACK, archive.pk))
    except BaseException:
        default_storage.delete(stored)
        raise
    return archive


def cancel(archive: Archive) -> None:
    """Stop unpacking `archive`; what is in the project already stays. Raises Conflict when it has ended."""
    if jobs.cancel(Archive.objects, archive.pk, ended=f"{archive.name} is done with already."):
        _remove_file(archive)
    archive.refresh_from_db()


def sweep() -> int:
    """Enqueue the archives whose message was lost or whose worker died; return how many."""
    # One that was worked on a moment ago has the message of its next turn in the queue.
    recent = timezone.now() - timedelta(seconds=jobs.STALE_SECONDS)
    return jobs.sweep(Archive.objects.exclude(heartbeat_at__gt=recent), UNPACK)


def run(archive_id: int, *, seconds: float = TURN_SECONDS) -> bool:
    """Unpack one archive for `seconds`; return whether members are left for another turn.

    Nothing happens when another worker has claimed the archive, or when it has ended.
    """
    archives = Archive.objects.select_related("project", "uploaded_by")
    until = time.monotonic() + seconds
    ended = jobs.run(
        Archive.objects,
        archive_id,
        lambda job: _Turn(archives.get(pk=archive_id), job, until=until).work(),
        explain=explain,
    )
    if ended in (JobState.DONE, JobState.FAILED, JobState.CANCELLED):
        _remove_file(archives.get(pk=archive_id))
    return ended == JobState.QUEUED


class _Turn:
    """One worker's turn on one archive that it has claimed."""

    def __init__(self, archive: Archive, job: jobs.ClaimedJob, *, until: float) -> None:
        self.archive, self.job, self.until = archive, job, until
        self.written = time.monotonic()

    def work(self) -> None:
        """Take steps until none is left; raises Interrupted at the turn's end, BadArchive, StorageFull."""
        archive = self.archive
        with archive.file.open("rb") as stream:
            opened = zip_reading.Archive(stream, name=archive.name, limits=limits())
            contents = Contents(opened, wanted=archive.metadata.get("format", ""))
            archive.members_total = len(contents.steps)
            # The plan of a large archive takes a while, and every turn must do some work.
            self.until += time.monotonic() - self.written
            self.write()
            try:
                for step in contents.steps[archive.members_done :]:
                    if time.monotonic() > self.until:
                        raise jobs.Interrupted
                    self.take(contents, step)
                    archive.members_done += 1
                    if time.monotonic() - self.written > WRITTEN_EVERY:
                        self.write()
            finally:
                self.write()

    def take(self, contents: Contents, step: Step) -> None:
        """Do one step, or record why not. Raises BadArchive above the limit of the whole, StorageFull."""
        archive, limit = self.archive, contents.opened.limits.bytes
        refused = step.member is not None and step.member.why_not
        if archive.unpacked_bytes + step.size > limit and not refused:
            raise BadArchive(
                f"{archive.name}: it unpacks to more than the limit of {limit:,} bytes. What came before "
                f"{zip_reading.shown(step.path)} was taken; send the rest in another archive."
            )
        try:
            if step.member is not None:
                self.add(contents, step.member)
            elif step.pending is not None:
                archive.unpacked_bytes += step.size
                self.label(contents, step.pending)
            else:
                self.refuse(step.path, "annotation_refused", step.problem)
        except BadMember as error:
            self.refuse(step.path, "bad_member", str(error))
        except StorageFull:
            raise
        except BlemishError as error:
            code = str(error.get_codes())
            if code in KNOWN:
                archive.known += 1
            else:
                self.refuse(step.path, code, str(error).removeprefix(f"{base_name(step.path)}: "))

    def add(self, contents: Contents, member: Member) -> None:
        """Add one image to the project, as an upload would."""
        archive = self.archive
        metadata = {name: value for name, value in archive.metadata.items() if name != "format"}
        if metadata.get("captured_at"):
            metadata["captured_at"] = parse_datetime(metadata["captured_at"])
        with contents.opened.read(member) as file:
            archive.unpacked_bytes += member.info.file_size
            ingest.add_image(archive.project, member.name, file, user=archive.uploaded_by, **metadata)
        archive.added += 1

    def label(self, contents: Contents, pending: Pending) -> None:
        """Give one image the labels that a file holds for it. Raises what annotation_uploads raises."""
        archive = self.archive
        try:
            labels = pending.load()
        except FormatError as error:
            raise AnnotationRefused(str(error).removeprefix(f"{error.source}: ")) from error
        try:
            image = contents.image_of(archive.project, labels)
            annotation_uploads.label(archive.project, labels, image, user=archive.uploaded_by)
        except AnnotationRefused as error:
            # One file may hold the labels of many images: say whose are refused.
            sentence = str(error).removeprefix(f"{labels.source}: ")
            sentence = sentence.removeprefix(f"{base_name(labels.source)}: ")
            image_name = base_name(labels.image)
            named = labels.document or not image_name or image_name in sentence
            raise AnnotationRefused(sentence if named else f"{image_name}: {sentence}") from error
        archive.annotated += 1

    def refuse(self, path: str, code: str, detail: str) -> None:
        """Record that the file at `path` was not taken, or not whole, and why."""
        path = zip_reading.shown(path)
        self.archive.refused += 1
        if len(self.archive.failures) < LISTED_FAILURES:
            sentence = f"{self.archive.name}, {path}: {detail}"
            self.archive.failures.append({"name": path, "code": code, "detail": sentence})

    def write(self) -> None:
        """Write the progress; raises LostClaim, Cancelled, Interrupted when to stop."""
        self.written = time.monotonic()
        self.job.write(**{name: getattr(self.archive, name) for name in PROGRESS_FIELDS})


def _remove_file(archive: Archive) -> None:
    if archive.file and archive.file.name:
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(archive.file.name)
    Archive.objects.filter(pk=archive.pk).update(file="")
