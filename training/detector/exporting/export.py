"""The model folder: Keras weights, model.json and saved_model/, written whole or not at all.

The SavedModel holds everything between a uint8 image of any size and its final boxes, so that running it
needs nothing of this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import keras
import tensorflow as tf

from annotations.atomic_files import atomic_write
from inference import model_folders
from inference.detector.tiling import Tiling
from training.detector.config import DetectorConfig
from training.detector.exporting.serving import Serving, build_in_bfloat16
from training.detector.fitting import checkpoint
from training.detector.fitting.learner import build_with


class NotTrained(ValueError):
    """A folder that holds no finished training."""


def export(
    training_folder: Path,
    out_folder: Path,
    *,
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
) -> Path:
    """Write the model folder of a training to out_folder, which must not exist yet; return it.

    The averaged weights of the checkpoint are exported, also of a training that was stopped early.
    Raises NotTrained, BrokenCheckpoint, FileExistsError.
    """
    return export_checkpoint(
        Path(training_folder) / "checkpoint", out_folder, thresholds=thresholds, window=window
    )


def export_checkpoint(
    folder: Path,
    out_folder: Path,
    *,
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
) -> Path:
    """Write the model folder of one checkpoint, also one kept on the way; raises as export."""
    state = checkpoint.restore(folder)
    if state is None:
        raise NotTrained(f"{folder}: there is no checkpoint to export.")
    config = DetectorConfig.from_dict(state.facts["config"])
    names = state.facts["class_names"]
    model = build_with(config, classes=len(names), weights=state.arrays["average"])
    return write_model(
        model,
        out_folder,
        config=config,
        class_names=names,
        thresholds=thresholds,
        window=window,
        tiling=Tiling.from_dict(state.facts.get("tiling")),
    )


def write_model(
    model: keras.Model,
    out_folder: Path,
    *,
    config: DetectorConfig,
    class_names: Sequence[str],
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
    tiling: Tiling | None = None,
) -> Path:
    """Write a float32 network as a model folder. Raises FileExistsError when out_folder is there already."""
    out_folder = Path(out_folder)
    if out_folder.exists():
        raise FileExistsError(f"{out_folder}: a model of this name exists already.")
    out_folder.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "format": model_folders.FORMAT,
        "kind": model_folders.DETECTOR,
        "config": config.to_dict(),
        "class_names": list(class_names),
        "thresholds": {name: (thresholds or {}).get(name) for name in class_names},
        "channels": config.channels,
        "input_size": config.input_size,
        "window": list(window),
        "tiling": tiling and tiling.to_dict(),
    }
    with atomic_write(out_folder) as draft:
        draft.mkdir()
        model.save_weights(draft / "weights.weights.h5")
        _write_json(draft / model_folders.FILE, facts)
        quick = build_in_bfloat16(model, config, classes=len(class_names))
        serving = Serving(model, config, tiling, quick=quick)
        tf.saved_model.save(serving, str(draft / "saved_model"), signatures=serving.signatures())
    return out_folder


def write_thresholds(model_folder: Path, thresholds: Mapping[str, float | None]) -> None:
    """Replace the thresholds in model.json; types that are not named become None, which means manual."""
    path = Path(model_folder) / model_folders.FILE
    facts = model_folders.read(model_folder, model_folders.DETECTOR)
    facts["thresholds"] = {name: thresholds.get(name) for name in facts["class_names"]}
    _write_json(path, facts)


def _write_json(path: Path, facts: dict) -> None:
    with atomic_write(path) as draft:
        draft.write_text(model_folders.dump(facts), encoding="utf-8")
