"""The phases of a round that freeze labels and fit networks to them.

Each is safe to run again: what is already there is taken, not made twice. TensorFlow is loaded by the imports
inside the functions, so that the web process, which starts rounds, never loads it.
"""

from collections.abc import Callable, Mapping

import numpy as np
from django.core.files.storage import default_storage

from annotations.errors import BlemishError
from annotations.models import Split
from inference import registry
from inference.models import ModelKind
from training import datasets, snapshots
from training.models import RoundMode
from training.round_run import RoundRun


class VanishedImage(BlemishError):
    """An image of the snapshot whose file can no longer be read."""

    default_code = "image_vanished"


def freeze(stage: RoundRun) -> None:
    """Freeze the labels, once."""
    if stage.round.snapshot is not None:
        return
    config = stage.config
    snapshot = snapshots.freeze(
        stage.round.project,
        use_auto=config.use_auto_labels,
        need_training=stage.round.mode != RoundMode.EVAL,
        need_labels=stage.round.mode == RoundMode.EVAL or not config.model,
    )
    for split in (Split.CALIBRATION, Split.TEST):
        if not snapshot.counts[split]["images"]:
            stage.note("warning", text=_missing_split(split))
    stage.round.snapshot = snapshot
    stage.held.write(snapshot=snapshot)


def _missing_split(split: Split) -> str:
    if split == Split.CALIBRATION:
        return (
            "No labeled image is in the calibration split: no type gets a threshold, everything goes to "
            "people. Label some of its images."
        )
    return "No labeled image is in the test split: this round reports no accuracy. Label some of its images."


def train_detector(stage: RoundRun) -> None:
    """Train the detector from its checkpoint on, export and register it."""
    round, project = stage.round, stage.round.project
    if stage.config.model:
        round.detector = registry.detector(project, stage.config.model)
        stage.held.write(detector=round.detector)
        return
    name = f"detector-r{round.number}"
    if not registry.path_for(project, name).exists():
        _fit_detector(stage, name)
    card = _card(project, name)
    round.detector = registry.register(
        project,
        name,
        kind=ModelKind.DETECTOR,
        class_names=list(card.class_names),
        config=card.config,
        thresholds=dict(card.thresholds),
        round_number=round.number,
    )
    stage.held.write(detector=round.detector)


def _fit_detector(stage: RoundRun, name: str) -> None:
    """Train on the snapshot, from the checkpoint on, and export the model folder NAME."""
    from training.detector.exporting import export
    from training.detector.fitting import trainer

    snapshot, project = stage.round.snapshot, stage.round.project
    names = snapshot.class_names
    rows = list(snapshots.read(snapshot, Split.TRAIN))
    samples = [datasets.make_sample(row, names) for row in rows]
    # One that vanished is left out here, as it is where thresholds are set.
    judging = [
        row
        for row in snapshots.read(snapshot, Split.CALIBRATION)
        if default_storage.exists(row.image.file.name)
    ]
    for sentence in trainer.find_shortfalls(samples, names):
        stage.note("warning", text=sentence)
    trained = trainer.train(
        samples,
        class_names=names,
        config=stage.config.detector_config(channels=datasets.channels_of(project)),
        folder=stage.folder / "detector",
        report=lambda progress: _tell(stage, progress),
        load=_reader(project, {row.image.file.name: row.image.name for row in (*rows, *judging)}),
        budget_minutes=stage.config.budget(train_images=len(samples)),
        held_out=[datasets.make_sample(row, names) for row in judging],
    )
    stage.note("checkpoint", model=name, steps=trained.steps, epochs=trained.epochs, seconds=trained.seconds)
    if trained.stopped_early:
        text = "The detector's training ended early: it no longer improved on the calibration split."
        stage.note("warning", text=text)
    export.export(stage.folder / "detector", registry.path_for(project, name), window=project.window)


def _tell(stage: RoundRun, progress) -> None:
    """Pass a training's progress on to the round's page and its curves."""
    stage.plot(progress.step, _curves(progress))
    stage.progress(
        progress.step,
        progress.steps,
        message=f"Training the detector, epoch {progress.epoch} of {progress.epochs or '…'}",
        rate=progress.images_per_second,
        left=progress.seconds_left,
        losses=progress.losses,
    )


def _reader(project, names: Mapping[str, str]) -> Callable[[str], np.ndarray]:
    """Return a function from a stored file to its pixels; it raises VanishedImage with the image's name."""
    read = datasets.reader(project.window)

    def read_or_tell(stored: str) -> np.ndarray:
        try:
            return read(stored)
        except (OSError, ValueError) as error:
            raise VanishedImage(
                f"The file of {names.get(stored, stored)} has vanished or was damaged since the labels were "
                "frozen: upload the image again or delete it, and start a new round."
            ) from error

    return read_or_tell


def _curves(progress) -> dict[str, float]:
    """Return what TensorBoard shows of a training."""
    losses = {f"loss/{name}": value for name, value in progress.losses.items()}
    speed = {"learning_rate": progress.learning_rate, "images_per_second": progress.images_per_second}
    held_out = {} if progress.held_out_map is None else {"held_out/map": progress.held_out_map}
    return {**losses, **speed, **held_out}


def _card(project, name: str):
    from inference.detector import saved_detectors

    return saved_detectors.read_manifest(registry.path_for(project, name))
