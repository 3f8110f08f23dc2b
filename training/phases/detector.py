"""Phase DETECTOR: train the detector on the snapshot, export it and register it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from django.core.files.storage import default_storage

from annotations.errors import BlemishError
from annotations.models import Project, Split
from inference import registry
from inference.detector import saved_detectors
from inference.models import ModelKind
from training import datasets, snapshots
from training.round_run import RoundRun

if TYPE_CHECKING:
    from training.detector.fitting.trainer import Progress


class VanishedImage(BlemishError):
    """An image of the snapshot whose file can no longer be read."""

    default_code = "image_vanished"


def run(round_run: RoundRun) -> None:
    """Train the detector, from its checkpoint on if there is one; or take the ready one of the settings."""
    round_, project = round_run.round, round_run.round.project
    if round_run.config.model:
        round_.detector = registry.detector(project, round_run.config.model)
        round_run.job.write(detector=round_.detector)
        return
    name = f"detector-r{round_.number}"
    if not registry.path_for(project, name).exists():
        _train(round_run, name)
    manifest = saved_detectors.read_manifest(registry.path_for(project, name))
    round_.detector = registry.register(
        project,
        name,
        kind=ModelKind.DETECTOR,
        class_names=list(manifest.class_names),
        config=manifest.config,
        thresholds=dict(manifest.thresholds),
        round_number=round_.number,
    )
    round_run.job.write(detector=round_.detector)


def _train(round_run: RoundRun, name: str) -> None:
    """Train on the snapshot, from the checkpoint on, and export the model folder `name`."""
    from training.detector.exporting import export
    from training.detector.fitting import trainer

    snapshot, project = round_run.snapshot, round_run.round.project
    names = snapshot.class_names
    rows = list(snapshots.read(snapshot, Split.TRAIN))
    samples = [datasets.make_sample(row, names) for row in rows]
    # A vanished file is left out here, as it is where thresholds are set.
    held_out = [
        row
        for row in snapshots.read(snapshot, Split.CALIBRATION)
        if default_storage.exists(row.image.file.name or "")
    ]
    for sentence in trainer.find_shortfalls(samples, names):
        round_run.note("warning", text=sentence)
    trained = trainer.train(
        samples,
        class_names=names,
        config=round_run.config.detector_config(channels=datasets.channels_of(project)),
        folder=round_run.folder / "detector",
        report=lambda progress: _report(round_run, progress),
        load=_reader(project, {str(row.image.file.name): row.image.name for row in (*rows, *held_out)}),
        budget_minutes=round_run.config.budget(train_images=len(samples)),
        held_out=[datasets.make_sample(row, names) for row in held_out],
    )
    figures = {"steps": trained.steps, "epochs": trained.epochs, "seconds": trained.seconds}
    round_run.note("checkpoint", model=name, **figures)
    if trained.stopped_early:
        text = "The detector's training ended early: it no longer improved on the calibration split."
        round_run.note("warning", text=text)
    export.export(round_run.folder / "detector", registry.path_for(project, name), window=project.window)


def _report(round_run: RoundRun, progress: "Progress") -> None:
    """Write a training's progress to the round's row, its events and its curves."""
    round_run.plot(progress.step, _curves(progress))
    round_run.progress(
        progress.step,
        progress.steps,
        message=f"Training the detector, epoch {progress.epoch} of {progress.epochs or '…'}",
        rate=progress.images_per_second,
        left=progress.seconds_left,
        losses=progress.losses,
    )


def _curves(progress: "Progress") -> dict[str, float]:
    """Return what TensorBoard shows of a training."""
    losses = {f"loss/{name}": value for name, value in progress.losses.items()}
    speed = {"learning_rate": progress.learning_rate, "images_per_second": progress.images_per_second}
    held_out = {} if progress.held_out_map is None else {"held_out/map": progress.held_out_map}
    return {**losses, **speed, **held_out}


def _reader(project: Project, names: Mapping[str, str]) -> Callable[[str], np.ndarray]:
    """Return a function from a stored file to its pixels; `names` are the images' names by stored file.

    The function raises VanishedImage with the image's name.
    """
    read = datasets.reader(project.window)

    def read_present(stored: str) -> np.ndarray:
        try:
            return read(stored)
        except (OSError, ValueError) as error:
            raise VanishedImage(
                f"The file of {names.get(stored, stored)} has vanished or was damaged since the labels were "
                "frozen: upload the image again or delete it, and start a new round."
            ) from error

    return read_present
