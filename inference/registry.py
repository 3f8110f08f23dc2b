"""The model registry: register a finished folder, promote a model, find the promoted ones."""

from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from annotations.errors import BlemishError, Conflict
from annotations.models import DefectType, Project
from inference import model_folders
from inference.models import ModelKind, ModelVersion


class ModelMissing(BlemishError):
    """No model of that name, or none promoted yet."""

    status_code = 404
    default_code = "model_missing"


class FolderMissing(BlemishError):
    """The registry knows the model, but its folder is gone."""

    default_code = "model_folder_missing"


def folder_for(project: Project, name: str) -> str:
    """Return the folder of the model `name` of `project`, below `settings.MODELS_ROOT`."""
    return f"{project.pk}/{name}"


def path_for(project: Project, name: str) -> Path:
    """Return the same as an absolute path."""
    return Path(settings.MODELS_ROOT) / folder_for(project, name)


def register(
    project: Project, name: str, *, kind: ModelKind, defect_type: DefectType | None = None, **values
) -> ModelVersion:
    """Create or update the row of the model `name` with `values`; its folder must be whole."""
    if not path_for(project, name).joinpath(model_folders.FILE).exists():
        raise FolderMissing(f"The model {name} has no folder {path_for(project, name)}.")
    model, _ = ModelVersion.objects.update_or_create(
        project=project,
        name=name,
        defaults={"kind": kind, "defect_type": defect_type, "folder": folder_for(project, name), **values},
    )
    return model


@transaction.atomic
def promote(model: ModelVersion, user=None) -> ModelVersion:
    """Make `model` the one that rounds and inspections use, in place of its predecessor.

    Raises FolderMissing when its files are gone, Conflict when another promotion came in between.
    """
    if not model.path.joinpath(model_folders.FILE).exists():
        raise FolderMissing(f"The files of {model.name} are gone from {model.path}; train again.")
    rivals = ModelVersion.objects.filter(project=model.project, kind=model.kind, promoted=True)
    if model.kind == ModelKind.GRADER:
        rivals = rivals.filter(defect_type=model.defect_type)
    rivals.exclude(pk=model.pk).update(promoted=False)
    try:
        with transaction.atomic():
            changed = ModelVersion.objects.filter(pk=model.pk).update(
                promoted=True, promoted_at=timezone.now(), promoted_by=user
            )
    except IntegrityError as error:
        raise Conflict("Another model was promoted at this moment; look again.") from error
    if changed != 1:
        raise Conflict(f"{model.name} was deleted meanwhile.")
    model.refresh_from_db()
    return model


def detector(project: Project, name: str = "") -> ModelVersion:
    """Return the detector `name` of `project`, or the promoted one; raises ModelMissing with the way out."""
    detectors = ModelVersion.objects.detectors().filter(project=project)
    if name:
        found = detectors.filter(name=name).first()
        if found is None:
            known = ", ".join(detectors.values_list("name", flat=True)[:5]) or "none yet"
            raise ModelMissing(f"{project.name} has no detector {name!r}; it has: {known}.")
        return found
    found = detectors.promoted().first()
    if found is None:
        raise ModelMissing(f"{project.name} has no promoted detector yet: start a round first.")
    return found


def graders(project: Project) -> dict[str, ModelVersion]:
    """Return the promoted graders of `project` by the name of their defect type."""
    rows = ModelVersion.objects.promoted().filter(
        project=project, kind=ModelKind.GRADER, defect_type__graded=True, defect_type__archived=False
    )
    return {row.defect_type.name: row for row in rows.select_related("defect_type")}
