"""The phases of a round that measure: thresholds on the calibration split, accuracy on the test split."""

import tempfile
from dataclasses import asdict
from pathlib import Path

from annotations.models import Split
from inference import registry
from inference.models import ModelKind, ModelVersion
from training import datasets, snapshots
from training.models import Round, RoundMode
from training.stage import CHUNK, Stage, folder_of

# Measuring looks at boxes down to this score.
MEASURE_SCORE = 0.01
MEANS = ("map", "map50", "map75")


def predict_split(stage: Stage, folder: Path, split: Split) -> tuple[list, list]:
    """Return what the model in FOLDER finds down to MEASURE_SCORE, and the true samples of SPLIT."""
    from inference import detectors

    names = stage.round.snapshot.class_names
    detector = detectors.load(folder, names=snapshots.synonyms(stage.round.project, names))
    # Through the window that the model was trained with; the project's may have been moved since.
    read = datasets.reader(detector.card.window)
    samples = [datasets.make_sample(row, names) for row in snapshots.read(stage.round.snapshot, split)]
    predictions = []
    for start in range(0, len(samples), CHUNK):
        pixels = [read(sample.path) for sample in samples[start : start + CHUNK]]
        predictions += detector.predict(pixels, min_score=MEASURE_SCORE)
        stage.progress(len(predictions), len(samples), message=f"Looking at the {split} split")
    return predictions, samples


def measure(stage: Stage, folder: Path) -> dict:
    """Return the COCO metrics of the model in FOLDER on the round's test split, as plain values."""
    from training import evaluation

    predictions, samples = predict_split(stage, folder, Split.TEST)
    return evaluation.evaluate(predictions, samples, stage.round.snapshot.class_names).to_dict()


def calibrate(stage: Stage) -> None:
    """Choose each type's threshold on the calibration split, and write it to the row and to model.json."""
    from training import calibration
    from training.detector import export

    model, config = stage.round.detector, stage.config
    predictions, samples = predict_split(stage, model.path, Split.CALIBRATION)
    thresholds = calibration.choose_thresholds(
        calibration.match(predictions, samples, model.class_names),
        precision_target=stage.round.project.precision_target,
        min_evidence=config.min_evidence,
        confidence=config.confidence,
    )
    silent = [
        not sample.learnable
        for found, sample in zip(predictions, samples, strict=True)
        if not any(box.score >= config.propose_score for box in found)
    ]
    right = sum(silent)
    bound = calibration.bound_precision(right, len(silent), confidence=config.confidence) if silent else 0
    empty = {
        "images": len(silent),
        "right": right,
        "lower_bound": float(bound),
        "accepted": right >= config.min_evidence and float(bound) >= stage.round.project.precision_target,
    }
    values = {name: threshold.value for name, threshold in thresholds.items()}
    export.write_thresholds(model.path, values)
    model.thresholds = values
    model.calibration = {
        "types": {name: asdict(threshold) for name, threshold in thresholds.items()},
        "nothing_found": empty,
    }
    model.save(update_fields=["thresholds", "calibration"])


def evaluate(stage: Stage) -> None:
    """Measure the round's models, and the detector that is promoted now, on the test split.

    The mode train-eval measures the checkpoints kept on the way too.
    """
    round = stage.round
    present = ModelVersion.objects.detectors().filter(project=round.project).promoted().first()
    results = {}
    for model in filter(None, (round.detector, present)):
        if model.name in results:
            continue
        metrics = measure(stage, model.path)
        results[model.name] = metrics
        model.metrics = {**model.metrics, "test": metrics}
        model.save(update_fields=["metrics"])
    metrics = dict(results.get(round.detector.name, {}))
    if present is not None and present != round.detector:
        metrics["previous"] = {"model": present.name, **results[present.name]}
    metrics["graders"] = _measure_graders(stage)
    if round.mode == RoundMode.TRAIN_EVAL:
        metrics["checkpoints"] = _measure_checkpoints(stage, round)
    round.metrics = metrics
    stage.held.write(metrics=metrics)
    stage.note("metrics", **metrics)


def _measure_graders(stage: Stage) -> dict:
    from inference import graders
    from training.graders import metrics

    measured = {}
    made = ModelVersion.objects.filter(
        project=stage.round.project, kind=ModelKind.GRADER, round_number=stage.round.number
    )
    for model in made.select_related("defect_type"):
        levels = len(model.defect_type.weights())
        rows = snapshots.read(stage.round.snapshot, Split.TEST)
        test = datasets.graded_crops(
            rows, model.defect_type, levels=levels, read=datasets.reader(stage.round.project.window)
        )
        if not len(test.grades):
            continue
        grader = graders.load(model.path)
        measured[model.defect_type.name] = metrics.measure(test.grades, grader.predict(test.crops))
        model.metrics = {**model.metrics, "test": measured[model.defect_type.name]}
        model.save(update_fields=["metrics"])
    return measured


def evaluate_kept(stage: Stage) -> None:
    """Measure every detector of the project, and every checkpoint kept by a round, on the test split."""
    results, checkpoints = {}, []
    for model in ModelVersion.objects.detectors().filter(project=stage.round.project):
        metrics = measure(stage, model.path)
        model.metrics = {**model.metrics, "test": metrics}
        model.save(update_fields=["metrics"])
        results[model.name] = metrics
        stage.note("metrics", model=model.name, **metrics)
    for round in stage.round.project.rounds.order_by("number"):
        checkpoints += _measure_checkpoints(stage, round)
    stage.round.metrics = {"models": results, "checkpoints": checkpoints}
    stage.held.write(metrics=stage.round.metrics)


def _measure_checkpoints(stage: Stage, round: Round) -> list[dict]:
    """Return {round, step, map, map50, map75} of each checkpoint that ROUND kept on its way, in order."""
    from training.detector import checkpoint, export

    measured = []
    kept = sorted((folder_of(round) / "detector" / checkpoint.KEPT).glob("step-*"))
    for folder in kept:
        step = int(folder.name.removeprefix("step-"))
        with tempfile.TemporaryDirectory(prefix="measured-", dir=folder.parent) as scratch:
            out = Path(scratch) / "model"
            export.export_checkpoint(folder, out, window=stage.round.project.window)
            metrics = measure(stage, out)
        row = {"round": round.number, "step": step, **{name: metrics[name] for name in MEANS}}
        stage.note("checkpoint_metrics", **row)
        measured.append(row)
    return measured


def promote(stage: Stage) -> None:
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
