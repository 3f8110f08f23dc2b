"""Models out of and into a project as folders: ours whole, foreign ones as the SavedModel of that API."""

import json
import shutil
import uuid
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from annotations import projects
from annotations.errors import BlemishError
from annotations.models import Project
from inference import detectors, labelmaps, registry
from inference.models import ModelKind, ModelSource, ModelVersion

# Side of the blank image that an imported model must survive.
PROBE = 128


class CannotExchange(BlemishError):
    """A folder that cannot be exported to or imported from; the sentence says why."""

    default_code = "cannot_exchange"


def export_model(model: ModelVersion, out: Path) -> Path:
    """Copy MODEL to the new folder OUT with a label map beside it; OUT is whole or absent."""
    if out.exists():
        raise CannotExchange(f"{out} exists already; name a new folder.")
    if not model.path.exists():
        raise registry.FolderMissing(f"The files of {model.name} are gone from {model.path}.")
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{uuid.uuid4().hex}")
    try:
        shutil.copytree(model.path, draft)
        labels = dict(enumerate(model.class_names, start=1))
        (draft / "label_map.pbtxt").write_text(labelmaps.write(labels), encoding="utf-8")
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


def _saved_model_in(folder: Path) -> Path:
    for candidate in (folder, folder / "saved_model"):
        if (candidate / "saved_model.pb").exists():
            return candidate
    raise CannotExchange(f"{folder} holds no saved_model.pb, neither there nor in saved_model/.")


def _name_classes(labels: Mapping[int, str]) -> list[str]:
    """Return the names by class id; an id that the map skips gets a name of its own."""
    return [labels.get(identity, f"(unused {identity})") for identity in range(1, max(labels) + 1)]


def import_model(
    project: Project, folder: Path, *, labels: Mapping[int, str], name: str = ""
) -> ModelVersion:
    """Register the SavedModel in FOLDER as a detector of PROJECT; types that it lacks are added.

    The model must have the Object Detection API's serving signature and survive a blank image. It is copied,
    stays unpromoted and has no thresholds until it is calibrated. Raises CannotExchange.
    """
    source = _saved_model_in(folder)
    name = name or f"imported-{folder.resolve().name}"
    target = registry.path_for(project, name)
    if target.exists():
        raise CannotExchange(f"{project.name} has a model {name} already; give another --name.")
    class_names = _name_classes(labels)
    about = {
        "format": detectors.FORMAT,
        "kind": "detector",
        "config": {"source": "imported"},
        "class_names": class_names,
        "thresholds": dict.fromkeys(class_names),
        "channels": 3,
        "input_size": None,
        "window": list(project.window),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{name}.{uuid.uuid4().hex}")
    try:
        shutil.copytree(source, draft / "saved_model")
        (draft / "model.json").write_text(json.dumps(about, indent=2, ensure_ascii=False), encoding="utf-8")
        _probe(draft)
        draft.rename(target)
    except detectors.BrokenModel as error:
        raise CannotExchange(f"{folder} cannot be used as a detector: {error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    known = set(project.defect_types.values_list("name", flat=True))
    for label in labels.values():
        if label not in known:
            projects.add_type(project, name=label)
    return registry.register(
        project,
        name,
        kind=ModelKind.DETECTOR,
        source=ModelSource.IMPORTED,
        class_names=class_names,
        config=about["config"],
        thresholds=about["thresholds"],
    )


def _probe(folder: Path) -> None:
    """Run the model on a blank image; raises BrokenModel."""
    detectors.load(folder).predict([np.full((PROBE, PROBE), 128, np.uint8)])
