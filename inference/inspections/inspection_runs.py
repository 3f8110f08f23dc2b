"""Inspections: a batch of images run through the promoted models for a result, not for labels."""

import contextlib
import io
import secrets
from collections.abc import Iterable
from functools import partial
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from annotations import jobs
from annotations.errors import BlemishError
from annotations.intake import ingest
from annotations.models import DefectType, Project
from inference import registry
from inference.inspections import drawing
from inference.inspections.batch_inspection import examine
from inference.models import Defect, InspectedImage, Inspection
from inference.pipeline import Pipeline

# The Celery task that runs an inspection, by name: the module of tasks stands above this one.
RUN_INSPECTION = "inference.tasks.run_inspection"
MAX_BOXES = 1000

explain = partial(
    jobs.explain,
    disk_full="The disk is full: free some space and send the images again.",
    out_of_memory="The machine has not enough memory for these images: send fewer or smaller ones.",
    worker="ml",
)


class CannotInspect(BlemishError):
    """An inspection that cannot be started; the sentence states why and what to do."""

    default_code = "cannot_inspect"


def start(
    project: Project,
    files: Iterable[File],
    *,
    user=None,
    model_name: str = "",
    threshold: float | None = None,
    max_boxes: int = 100,
) -> Inspection:
    """Keep `files` as one inspection by `model_name` or the promoted detector, and enqueue it on commit.

    `threshold` is the least score of a defect, 0 to 1, None for the default. A file that cannot be inspected
    is kept as a sentence. Raises ModelMissing, CannotInspect, StorageFull; then nothing is kept.
    """
    files = list(files)
    if not files:
        raise CannotInspect("Choose at least one image to inspect.")
    if threshold is not None and not 0 <= threshold <= 1:
        raise CannotInspect(f"The threshold must be from 0 to 1, not {threshold:g}.", field="threshold")
    if not 1 <= max_boxes <= MAX_BOXES:
        raise CannotInspect(f"max_boxes must be from 1 to {MAX_BOXES}.", field="max_boxes")
    model = registry.detector(project, model_name)
    stored: list[str] = []
    try:
        with transaction.atomic():
            inspection = Inspection.objects.create(
                project=project,
                created_by=user,
                model_name=model.name,
                threshold=threshold,
                max_boxes=max_boxes,
            )
            for file in files:
                row = _keep(inspection, file)
                stored += [row.file.name] if row.file.name else []
                row.save()
            transaction.on_commit(lambda: jobs.enqueue(RUN_INSPECTION, inspection.pk))
    except BaseException:
        for name in stored:
            default_storage.delete(name)
        raise
    return inspection


def _keep(inspection: Inspection, file: File) -> InspectedImage:
    """Store one file and return its unsaved row; one that is too large is kept as a sentence only."""
    row = InspectedImage(inspection=inspection)
    try:
        row.name = ingest.clean_name(file.name or "")
    except BlemishError as error:
        row.name, row.error, row.done = (file.name or "file without a name")[:255], str(error), True
        return row
    if file.size > settings.BLEMISH_MAX_FILE_BYTES:
        row.error = (
            f"{row.name}: has {file.size:,} bytes, more than the limit of "
            f"{settings.BLEMISH_MAX_FILE_BYTES:,}."
        )
        row.done = True
        return row
    row.file.name = default_storage.save(_stored_name(inspection, row.name), file)
    return row


def _stored_name(inspection: Inspection, name: str, *, drawn: bool = False) -> str:
    """Return a name of its own in storage; nothing of the user's text but a harmless suffix is in it."""
    suffix = PurePosixPath(name).suffix.lower()
    suffix = suffix if suffix in (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff") else ""
    prefix = "drawn-" if drawn else ""
    return f"inspections/{inspection.project_id}/{inspection.pk}/{prefix}{secrets.token_hex(8)}{suffix}"


def sweep() -> int:
    """Send every inspection that waits, or whose worker is silent, to the ml queue; return how many."""
    return jobs.sweep(Inspection.objects, RUN_INSPECTION)


def cancel(inspection: Inspection) -> Inspection:
    """Cancel the inspection: at once when it waits, in seconds when it runs; raises Conflict at its end."""
    jobs.cancel(Inspection.objects, inspection.pk, ended="The inspection has already ended.")
    inspection.refresh_from_db()
    return inspection


def run(inspection_id: int) -> Inspection | None:
    """Claim the inspection and run it to its end; return it, or None when another worker has it or it ended.

    Images that were done before a restart stay as they are.
    """
    inspections = Inspection.objects.select_related("project")
    ended = jobs.run(
        Inspection.objects,
        inspection_id,
        lambda job: _inspect(inspections.get(pk=inspection_id), job),
        explain=explain,
    )
    return inspections.get(pk=inspection_id) if ended else None


def _inspect(inspection: Inspection, job: jobs.ClaimedJob) -> None:
    """Inspect every image that is not done yet, and write its outcome at once."""
    waiting = list(inspection.images.filter(done=False))
    if not waiting:
        return
    pipeline = Pipeline.load(inspection.project, model_name=inspection.model_name)
    job.check()
    types = {row.name: row for row in inspection.project.defect_types.all()}
    sources = ((row.name, row.file.open) for row in waiting)
    outcomes = examine(pipeline, sources, threshold=inspection.threshold, max_boxes=inspection.max_boxes)
    for row, outcome in zip(waiting, outcomes, strict=True):
        _record(row, outcome, types=types, model_name=pipeline.model.name)
        job.check()


def _record(row: InspectedImage, outcome, *, types: dict[str, DefectType], model_name: str) -> None:
    """Write one outcome, once: of two workers the first one counts."""
    if outcome.error:
        InspectedImage.objects.filter(pk=row.pk, done=False).update(
            done=True, error=outcome.error, seconds=outcome.seconds
        )
        return
    colors = {name: defect_type.color for name, defect_type in types.items()}
    buffer = io.BytesIO()
    drawing.draw(outcome.shown, outcome.findings, colors=colors).save(buffer, "PNG", compress_level=3)
    drawn = default_storage.save(
        _stored_name(row.inspection, "drawn.png", drawn=True), ContentFile(buffer.getvalue())
    )
    known = [finding for finding in outcome.findings if finding.class_name in types]
    unknown = sorted({finding.class_name for finding in outcome.findings} - set(types))
    height, width = outcome.shown.shape[:2]
    with transaction.atomic():
        written = InspectedImage.objects.filter(pk=row.pk, done=False).update(
            done=True,
            drawn=drawn,
            width=width,
            height=height,
            seconds=outcome.seconds,
            error=_unknown_types_sentence(row.name, unknown),
        )
        if written:
            Defect.objects.bulk_create(
                _defect(row, finding, types[finding.class_name], model_name) for finding in known
            )
    if not written:
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(drawn)


def _unknown_types_sentence(name: str, unknown: list[str]) -> str:
    if not unknown:
        return ""
    return f"{name}: the model found {', '.join(unknown)}, which is no defect type of this project."


def _defect(row: InspectedImage, finding, defect_type: DefectType, model_name: str) -> Defect:
    return Defect(
        image=row,
        defect_type=defect_type,
        xmin=finding.xmin,
        ymin=finding.ymin,
        xmax=finding.xmax,
        ymax=finding.ymax,
        score=min(1.0, max(0.0, finding.score)),
        grade_probabilities=list(finding.grade_probabilities) if finding.grade_probabilities else None,
        model_name=model_name,
        grader_name=finding.grader_name,
    )
