"""Take zip archives apart, member by member, through the same door as single files.

A request only stores the archive; a worker unpacks it in turns of some seconds, so that thumbnails are not
kept waiting, and writes how far it is. A worker that dies is followed by another that goes on where it was;
what was taken twice is recognised by its hash.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from annotations import tasks
from annotations.errors import BlemishError, Conflict, FileTooLarge, StorageFull, UnusableFile
from annotations.formats import zip_reading
from annotations.formats.zip_reading import BadArchive, BadMember, Limits, Member
from annotations.intake import annotation_uploads, ingest
from annotations.models import Archive, ArchiveState, Project

logger = logging.getLogger(__name__)

TURN_SECONDS = 15.0
WRITTEN_EVERY = 0.5
# A worker that says nothing for so long is dead.
CLAIM_ENDS_AFTER = timedelta(minutes=2)
LISTED_FAILURES = 1000
ACTIVE = (ArchiveState.QUEUED, ArchiveState.RUNNING)
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


class ClaimLost(Exception):
    """Another worker has this archive now, or it was cancelled and closed."""


def limits() -> Limits:
    """Return what this installation takes."""
    return Limits(
        members=settings.BLEMISH_MAX_ARCHIVE_FILES,
        bytes=settings.BLEMISH_MAX_ARCHIVE_UNPACKED_BYTES,
        member_bytes=settings.BLEMISH_MAX_FILE_BYTES,
    )


def is_archive(name: str) -> bool:
    """Return whether a file goes by its NAME as a zip archive."""
    return name.lower().endswith(".zip")


def receive(project: Project, name: str, upload, *, user, metadata: dict | None = None) -> Archive:
    """Keep an uploaded archive and ask a worker to take it apart; `metadata` holds for all of its images.

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
            transaction.on_commit(lambda: tasks.request_unpacking(archive.pk))
    except BaseException:
        default_storage.delete(stored)
        raise
    return archive


def cancel(archive: Archive) -> None:
    """End the work on ARCHIVE; what is in the project already stays. Raises Conflict when it is over."""
    waiting = Archive.objects.filter(pk=archive.pk, state=ArchiveState.QUEUED, claim="")
    if waiting.update(state=ArchiveState.CANCELLED, finished_at=timezone.now(), cancel_requested=True):
        _remove_file(archive)
    elif not Archive.objects.filter(pk=archive.pk, state__in=ACTIVE).update(cancel_requested=True):
        raise Conflict(f"{archive.name} is done with already.")
    archive.refresh_from_db()


def waiting_ids() -> list[int]:
    """Return the archives that no living worker is at, oldest first."""
    dead = timezone.now() - CLAIM_ENDS_AFTER
    waiting = Q(state=ArchiveState.QUEUED) | Q(state=ArchiveState.RUNNING, heartbeat_at__lt=dead)
    return list(Archive.objects.filter(waiting).order_by("pk").values_list("pk", flat=True))


def run(archive_id: int, *, seconds: float = TURN_SECONDS) -> bool:
    """Work on one archive for some seconds; return whether more is to do.

    Nothing happens when another worker is at it, or it is done.
    """
    dead, claim = timezone.now() - CLAIM_ENDS_AFTER, secrets.token_hex(8)
    free = Q(state=ArchiveState.QUEUED) | Q(state=ArchiveState.RUNNING, heartbeat_at__lt=dead)
    claimed = Archive.objects.filter(free, pk=archive_id).update(
        state=ArchiveState.RUNNING, claim=claim, heartbeat_at=timezone.now()
    )
    if claimed != 1:
        return False
    archive = Archive.objects.select_related("project", "uploaded_by").get(pk=archive_id)
    turn = _Turn(archive, claim, until=time.monotonic() + seconds)
    try:
        return turn.work()
    except ClaimLost:
        logger.warning("%s is unpacked by another worker now.", archive.name)
        return False
    except (BadArchive, StorageFull, OSError) as error:
        turn.close(ArchiveState.FAILED, error=str(error))
        return False


class _Turn:
    """One worker's turn on one archive that it has claimed."""

    def __init__(self, archive: Archive, claim: str, *, until: float) -> None:
        self.archive, self.claim, self.until = archive, claim, until
        self.written = time.monotonic()

    def work(self) -> bool:
        """Take members until the time is over; return whether some are left."""
        archive = self.archive
        with archive.file.open("rb") as stream:
            opened = zip_reading.Archive(stream, name=archive.name, limits=limits())
            archive.members_total = len(opened.members)
            self.write()
            for number, member in enumerate(opened.members):
                if number < archive.members_done:
                    continue
                if archive.cancel_requested:
                    self.close(ArchiveState.CANCELLED)
                    return False
                if time.monotonic() > self.until:
                    self.write(state=ArchiveState.QUEUED, claim="")
                    return True
                self.take(opened, member)
                archive.members_done = number + 1
                if time.monotonic() - self.written > WRITTEN_EVERY:
                    self.write()
        self.close(ArchiveState.DONE)
        return False

    def take(self, opened: zip_reading.Archive, member: Member) -> None:
        """Take one member, or note why not. Raises BadArchive beyond the limit of the whole, StorageFull."""
        archive = self.archive
        if archive.unpacked_bytes + member.info.file_size > opened.limits.bytes and not member.why_not:
            raise BadArchive(
                f"{archive.name}: it unpacks to more than the limit of {opened.limits.bytes:,} bytes. What "
                f"came before {zip_reading.shown(member.path)} was taken; send the rest in another archive."
            )
        try:
            with opened.read(member) as file:
                archive.unpacked_bytes += member.info.file_size
                self.add(member, file)
        except BadMember as error:
            self.refuse(member, "bad_member", str(error))
        except StorageFull:
            raise
        except BlemishError as error:
            code = str(error.get_codes())
            if code in KNOWN:
                archive.known += 1
            else:
                self.refuse(member, code, str(error).removeprefix(f"{member.name}: "))

    def add(self, member: Member, file) -> None:
        """Send one unpacked file through the door that uploads take."""
        archive = self.archive
        if member.is_annotation:
            annotation_uploads.annotate(archive.project, member.name, file, user=archive.uploaded_by)
            archive.annotated += 1
            return
        metadata = dict(archive.metadata)
        if metadata.get("captured_at"):
            metadata["captured_at"] = parse_datetime(metadata["captured_at"])
        ingest.add_image(archive.project, member.name, file, user=archive.uploaded_by, **metadata)
        archive.added += 1

    def refuse(self, member: Member, code: str, detail: str) -> None:
        """Note that MEMBER was not taken, and why."""
        path = zip_reading.shown(member.path)
        self.archive.refused += 1
        if len(self.archive.failures) < LISTED_FAILURES:
            sentence = f"{self.archive.name}, {path}: {detail}"
            self.archive.failures.append({"name": path, "code": code, "detail": sentence})

    def write(self, **more) -> None:
        """Write how far the work is; raises ClaimLost. Learns of a cancellation."""
        archive, self.written = self.archive, time.monotonic()
        values = {name: getattr(archive, name) for name in PROGRESS_FIELDS}
        values |= {"heartbeat_at": timezone.now()} | more
        mine = Archive.objects.filter(pk=archive.pk, claim=self.claim)
        if mine.update(**values) != 1:
            raise ClaimLost
        archive.cancel_requested = bool(
            Archive.objects.filter(pk=archive.pk).values_list("cancel_requested", flat=True).first()
        )

    def close(self, state: ArchiveState, *, error: str = "") -> None:
        """End the work in STATE and remove the stored archive."""
        self.write(state=state, error=error, finished_at=timezone.now())
        _remove_file(self.archive)


def _remove_file(archive: Archive) -> None:
    if archive.file and archive.file.name:
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(archive.file.name)
    Archive.objects.filter(pk=archive.pk).update(file="")
