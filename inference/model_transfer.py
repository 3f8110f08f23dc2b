"""Models out of and into a project as folders: ours whole, foreign ones as the SavedModel of that API."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from annotations import projects
from annotations.atomic_files import atomic_write
from annotations.errors import BlemishError
from annotations.models import Project
from inference import model_folders, registry
from inference.detector import saved_detectors
from inference.formats import label_maps
from inference.model_folders import BrokenModel
from inference.models import ModelKind, ModelSource, ModelVersion

# Side of the blank image that an imported model must survive.
PROBE = 128


class CannotExchange(BlemishError):
    """A folder that cannot be exported to or imported from; the sentence states why."""

    default_code = "cannot_exchange"


def export_model(model: ModelVersion, out: Path) -> Path:
    """Copy `model` and its label map to the new folder `out`, which is whole or absent."""
    if out.exists():
        raise CannotExchange(f"{out} exists already; name a new folder.")
    if not model.path.exists():
        raise registry.FolderMissing(f"The files of {model.name} are gone from {model.path}.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(out) as draft:
        shutil.copytree(model.path, draft)
        labels = dict(enumerate(model.class_names, start=1))
        (draft / "label_map.pbtxt").write_text(label_maps.write(labels), encoding="utf-8")
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
    """Register the model in `folder` as a detector of `project`; types that it lacks are added.

    `folder` holds a SavedModel of the Object Detection API or the Model Garden, or a model folder as
    export_model writes it, which keeps its thresholds. It is copied, must survive a blank image, and stays
    unpromoted; a round sets the thresholds that it has not. Raises CannotExchange.
    """
    source = _saved_model_in(folder)
    name = name or f"imported-{folder.resolve().name}"
    target = registry.path_for(project, name)
    if target.exists():
        raise CannotExchange(f"{project.name} has a model {name} already; give another --name.")
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with atomic_write(target) as draft:
            manifest = _copy(project, folder, source, draft, labels)
    except BrokenModel as error:
        raise CannotExchange(f"{folder} cannot be used as a detector: {error}") from error
    except OSError as error:
        raise CannotExchange(f"{folder} cannot be copied: {error.strerror or error}.") from error
    known = set(project.defect_types.values_list("name", flat=True))
    for label in labels.values():
        if label not in known:
            projects.add_type(project, name=label)
    return registry.register(
        project,
        name,
        kind=ModelKind.DETECTOR,
        source=ModelSource.IMPORTED,
        class_names=list(manifest.class_names),
        config={**manifest.config, "source": "imported"},
        thresholds=dict(manifest.thresholds),
    )


def _copy(
    project: Project, folder: Path, source: Path, draft: Path, labels: Mapping[int, str]
) -> saved_detectors.DetectorManifest:
    """Make the model folder `draft` and try it; raises BrokenModel, CannotExchange, OSError."""
    class_names = _name_classes(labels)
    if source != folder and (folder / model_folders.FILE).exists():
        manifest = saved_detectors.read_manifest(folder)
        _compare_counts(len(class_names), len(manifest.class_names))
        shutil.copytree(folder, draft)
        about = model_folders.read(folder, model_folders.DETECTOR)
        about["class_names"] = class_names
        about["thresholds"] = {
            new: manifest.thresholds[old] for old, new in zip(manifest.class_names, class_names, strict=True)
        }
    else:
        shutil.copytree(source, draft / "saved_model")
        about = {
            "format": model_folders.FORMAT,
            "kind": "detector",
            "config": {},
            "class_names": class_names,
            "thresholds": dict.fromkeys(class_names),
            "channels": 3,
            "input_size": None,
            "window": list(project.window),
        }
    (draft / model_folders.FILE).write_text(model_folders.dump(about), encoding="utf-8")
    _probe(draft, len(class_names))
    return saved_detectors.read_manifest(draft)


def _compare_counts(named: int, known: int) -> None:
    if named != known:
        classes = "class" if named == 1 else "classes"
        raise CannotExchange(
            f"The label map names {named} {classes}, but the model knows {known}; "
            "give the label map that the model was trained with."
        )


def _probe(folder: Path, named: int) -> None:
    """Compare the count of classes, where the model has it, and run a blank image; raises BrokenModel."""
    detector = saved_detectors.load(folder)
    scores = detector.class_count
    # Scores may have the background's among them.
    if scores is not None and named not in (scores, scores - 1):
        _compare_counts(named, scores - 1)
    detector.predict([np.full((PROBE, PROBE), 128, np.uint8)], min_score=0.0)
