"""The phases of a round that measure: thresholds on the calibration split, accuracy on the test split."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from annotations.errors import BlemishError
from annotations.models import Split
from inference import registry
from inference.detector import saved_detectors
from inference.models import ModelKind, ModelVersion
from inference.readahead import batches, count_pixels, read_ahead
from training import datasets, snapshots
from training.evaluation import evaluation_records
from training.evaluation.evaluation_records import EvaluatedModel, SplitPredictions
from training.models import Round, RoundMode
from training.phases import graders
from training.round_run import RoundRun, folder_of

# Measuring looks at boxes down to this score.
MEASURE_SCORE = 0.01
MEANS = ("map", "map50", "map75")


class NothingMeasured(BlemishError):
    """No detector of the project can be run."""

    default_code = "nothing_measured"


class NothingReadable(BlemishError):
    """None of the images of a split can be read any more."""

    default_code = "nothing_readable"


def look(stage: RoundRun, folder: Path, split: Split) -> SplitPredictions:
    """Return what the model in FOLDER finds on the round's images of SPLIT, down to MEASURE_SCORE.

    Images whose files have vanished since the snapshot are left out with a warning; raises NothingReadable
    when none is left of several.
    """
    names = stage.round.snapshot.class_names
    detector = saved_detectors.load(folder, names=snapshots.synonyms(stage.round.project, names))
    # Through the window that the model was trained with; the project's may have been moved since.
    read = datasets.reader(detector.card.window)
    rows = list(snapshots.read(stage.round.snapshot, split))
    images, samples, predictions, lost, done = [], [], [], [], 0

    def read_row(row) -> tuple:
        try:
            return row, read(row.image.file.name)
        except (OSError, ValueError):
            return row, None

    def weigh(pair: tuple) -> int:
        return count_pixels(pair[1])

    for batch in batches(read_ahead(rows, read_row, weigh=weigh), weigh=weigh):
        pixels = [found for _, found in batch if found is not None]
        lost += [row.image.name for row, found in batch if found is None]
        seen = [row for row, found in batch if found is not None]
        images += [row.image for row in seen]
        samples += [datasets.make_sample(row, names) for row in seen]
        predictions += detector.predict(pixels, min_score=MEASURE_SCORE)
        done += len(batch)
        stage.progress(done, len(rows), message=f"Looking at the {split} split")
    if lost:
        _tell_lost(stage, lost, len(rows), split)
    return SplitPredictions(images, samples, predictions)


def _tell_lost(stage: RoundRun, lost: list[str], total: int, split: Split) -> None:
    """Warn once of images that cannot be read; raises NothingReadable when they were all."""
    if len(lost) == total:
        raise NothingReadable(
            f"None of the {total} images of the {split} split can be read any more; the first is {lost[0]}. "
            "Upload them again, or restore the media folder, and start a new round."
        )
    named = ", ".join(lost[:3]) + (" …" if len(lost) > 3 else "")
    text = (
        f"{len(lost)} of {total} images of the {split} split cannot be read any more and were left out: "
        f"{named}."
    )
    if not stage.round.events.filter(kind="warning", data__text=text).exists():
        stage.note("warning", text=text)


def measure(stage: RoundRun, folder: Path, subject: EvaluatedModel) -> dict:
    """Measure the model in FOLDER on the round's test split and keep why; return the COCO means as values."""
    looked = look(stage, folder, Split.TEST)
    metrics = evaluation_records.record(
        stage.round,
        subject,
        looked,
        class_names=stage.round.snapshot.class_names,
        split=Split.TEST,
        score=stage.config.propose_score,
    )
    return metrics.to_dict()


def calibrate(stage: RoundRun) -> None:
    """Choose thresholds on the calibration split: of the round's detector, or in mode eval of all without."""
    if stage.round.mode == RoundMode.EVAL:
        for model in _uncalibrated(stage):
            with _left_out_if_broken(stage, model):
                calibrate_model(stage, model)
        return
    calibrate_model(stage, stage.round.detector)


def _uncalibrated(stage: RoundRun) -> list[ModelVersion]:
    """Return the detectors that were never calibrated, as imported ones, if there is anything to do it on."""
    if not stage.round.snapshot.counts[Split.CALIBRATION]["images"]:
        return []
    return list(ModelVersion.objects.detectors().filter(project=stage.round.project, calibration={}))


def calibrate_model(stage: RoundRun, model: ModelVersion) -> None:
    """Choose each type's threshold of MODEL, and write it to the row and to model.json."""
    from training.detector.exporting import export
    from training.evaluation import calibration

    config, names = stage.config, stage.round.snapshot.class_names
    looked = look(stage, model.path, Split.CALIBRATION)
    thresholds = calibration.choose_thresholds(
        calibration.match(looked.predictions, looked.samples, names),
        precision_target=stage.round.project.precision_target,
        min_evidence=config.min_evidence,
        confidence=config.confidence,
    )
    # An imported model has other types, in another order, and types may have been renamed since.
    now = snapshots.synonyms(stage.round.project, names)
    known = {own: thresholds[now[own]] for own in model.class_names if now.get(own) in thresholds}
    values = {own: known[own].value if own in known else None for own in model.class_names}
    export.write_thresholds(model.path, values)
    model.thresholds = values
    model.calibration = {
        "types": {now[own]: asdict(threshold) for own, threshold in known.items()},
        "nothing_found": _judge_silence(stage, looked),
    }
    model.save(update_fields=["thresholds", "calibration"])


def _judge_silence(stage: RoundRun, looked: SplitPredictions) -> dict:
    """Say how often an image on which nothing is proposed was truly free of defects."""
    from training.evaluation import calibration

    config = stage.config
    silent = [
        not sample.learnable
        for found, sample in zip(looked.predictions, looked.samples, strict=True)
        if not any(box.score >= config.propose_score for box in found)
    ]
    right = sum(silent)
    bound = calibration.bound_precision(right, len(silent), confidence=config.confidence) if silent else 0
    return {
        "images": len(silent),
        "right": right,
        "lower_bound": float(bound),
        "accepted": right >= config.min_evidence and float(bound) >= stage.round.project.precision_target,
    }


@contextmanager
def _left_out_if_broken(stage: RoundRun, model: ModelVersion) -> Iterator[None]:
    """Turn a model that cannot be run into a warning of the round."""
    try:
        yield
    except saved_detectors.BrokenModel as error:
        text = f"{model.name} was left out, because it cannot be run: {error}"
        if not stage.round.events.filter(kind="warning", data__text=text).exists():
            stage.note("warning", text=text)


def evaluate(stage: RoundRun) -> None:
    """Measure the round's models, and the detector that is promoted now, on the test split.

    The mode train-eval measures the checkpoints kept on the way too.
    """
    round = stage.round
    present = ModelVersion.objects.detectors().filter(project=round.project).promoted().first()
    results = {}
    for model in filter(None, (round.detector, present)):
        if model.name in results:
            continue
        try:
            metrics = measure(stage, model.path, EvaluatedModel(model.name, model))
        except saved_detectors.BrokenModel as error:
            if model == round.detector:
                raise
            stage.note("warning", text=f"{model.name}, which is in use, cannot be compared: {error}")
            present = None
            continue
        results[model.name] = metrics
        model.metrics = {**model.metrics, "test": metrics}
        model.save(update_fields=["metrics"])
    metrics = dict(results.get(round.detector.name, {}))
    if present is not None and present != round.detector:
        metrics["previous"] = {"model": present.name, **results[present.name]}
    metrics["graders"] = graders.measure(stage)
    if round.mode == RoundMode.TRAIN_EVAL:
        metrics["checkpoints"] = _measure_checkpoints(stage, round)
    round.metrics = metrics
    stage.held.write(metrics=metrics)
    stage.note("metrics", **metrics)
    trained = round.events.filter(kind="checkpoint").last()
    stage.plot(trained.data["steps"] if trained else 0, _test_curves(metrics))


def _test_curves(metrics: dict) -> dict[str, float | None]:
    """Return what TensorBoard shows of a measurement."""
    means = {f"test/{name}": metrics.get(name) for name in MEANS}
    return means | {f"test_ap50/{name}": row["ap50"] for name, row in metrics.get("per_class", {}).items()}


def evaluate_kept(stage: RoundRun) -> None:
    """Measure every detector of the project, and every checkpoint kept by a round, on the test split.

    One that cannot be run any more gets a warning, and the others are measured; raises NothingMeasured when
    none can be run.
    """
    results, checkpoints = {}, []
    models = list(ModelVersion.objects.detectors().filter(project=stage.round.project))
    for model in models:
        with _left_out_if_broken(stage, model):
            metrics = measure(stage, model.path, EvaluatedModel(model.name, model))
            model.metrics = {**model.metrics, "test": metrics}
            model.save(update_fields=["metrics"])
            results[model.name] = metrics
            stage.note("metrics", model=model.name, **metrics)
    if not results:
        raise NothingMeasured(f"None of the {len(models)} detectors can be run; train one again.")
    for round in stage.round.project.rounds.order_by("number"):
        checkpoints += _measure_checkpoints(stage, round)
    stage.round.metrics = {"models": results, "checkpoints": checkpoints}
    stage.held.write(metrics=stage.round.metrics)


def _measure_checkpoints(stage: RoundRun, round: Round) -> list[dict]:
    """Return {round, step, map, map50, map75} of each checkpoint that ROUND kept on its way, in order."""
    from training.detector.exporting import export
    from training.detector.fitting import checkpoint

    measured = []
    kept = sorted((folder_of(round) / "detector" / checkpoint.KEPT).glob("step-*"))
    for folder in kept:
        step = int(folder.name.removeprefix("step-"))
        name = f"round {round.number}, step {step}"
        with tempfile.TemporaryDirectory(prefix="measured-", dir=folder.parent) as scratch:
            out = Path(scratch) / "model"
            try:
                export.export_checkpoint(folder, out, window=stage.round.project.window)
            except (checkpoint.BrokenCheckpoint, export.NotTrained, ValueError) as error:
                stage.note("warning", text=f"The checkpoint of {name} was left out: {error}")
                continue
            metrics = measure(stage, out, EvaluatedModel(name, None, round.number, step))
        row = {"round": round.number, "step": step, **{name: metrics[name] for name in MEANS}}
        stage.note("checkpoint_metrics", **row)
        if round == stage.round:
            stage.plot(step, _test_curves(metrics))
        measured.append(row)
    return measured


def promote(stage: RoundRun) -> None:
    """Promote the round's models; not the detector if the test split says that the present one is better.

    Without a labeled test image nothing can be compared, and the newest is promoted.
    """
    round = stage.round
    trained_only = round.mode == RoundMode.TRAIN
    if trained_only and ModelVersion.objects.detectors().promoted().filter(project=round.project).exists():
        return
    previous = round.metrics.get("previous") or {}
    mine, theirs = round.metrics.get("map"), previous.get("map")
    if mine is not None and theirs is not None and mine < theirs:
        text = (
            f"{previous['model']} stays promoted: its mAP on the test split is {theirs:.3f}, "
            f"that of {round.detector.name} {mine:.3f}."
        )
        stage.note("warning", text=text)
    else:
        registry.promote(round.detector, round.started_by)
    made = ModelVersion.objects.filter(
        project=round.project, kind=ModelKind.GRADER, round_number=round.number
    )
    for model in made:
        registry.promote(model, round.started_by)
