"""Phase CALIBRATE: choose each type's score threshold on the calibration split."""

from dataclasses import asdict

from annotations.models import Split
from inference.models import ModelVersion
from training import snapshots
from training.evaluation import calibration
from training.models import RoundMode
from training.phases.split_predictions import SplitPredictions, predict_split, skip_if_broken
from training.round_run import RoundRun


def run(round_run: RoundRun) -> None:
    """Calibrate the round's detector; in mode eval, every detector that was never calibrated."""
    if round_run.round.mode == RoundMode.EVAL:
        for model in _uncalibrated(round_run):
            with skip_if_broken(round_run, model):
                calibrate_model(round_run, model)
        return
    calibrate_model(round_run, round_run.detector)


def _uncalibrated(round_run: RoundRun) -> list[ModelVersion]:
    """Return the detectors without thresholds, such as imported ones; none without calibration images."""
    if not round_run.snapshot.counts[Split.CALIBRATION]["images"]:
        return []
    return list(ModelVersion.objects.detectors().filter(project=round_run.round.project, calibration={}))


def calibrate_model(round_run: RoundRun, model: ModelVersion) -> None:
    """Choose the thresholds of `model`, one per type, and write them to its row and to model.json."""
    from training.detector.exporting import export

    config, names = round_run.config, round_run.snapshot.class_names
    found = predict_split(round_run, model.path, Split.CALIBRATION)
    thresholds = calibration.choose_thresholds(
        calibration.match(found.predictions, found.samples, names),
        precision_target=round_run.round.project.precision_target,
        min_evidence=config.min_evidence,
        confidence=config.confidence,
    )
    # An imported model has other types, in another order, and types may have been renamed since.
    now = snapshots.synonyms(round_run.round.project, names)
    known = {own: thresholds[now[own]] for own in model.class_names if now.get(own) in thresholds}
    values = {own: known[own].value if own in known else None for own in model.class_names}
    export.write_thresholds(model.path, values)
    model.thresholds = values
    model.calibration = {
        "types": {now[own]: asdict(threshold) for own, threshold in known.items()},
        "nothing_found": _calibrate_empty(round_run, found),
    }
    model.save(update_fields=["thresholds", "calibration"])


def _calibrate_empty(round_run: RoundRun, found: SplitPredictions) -> dict:
    """Measure how often an image without a proposed box was truly free of defects."""
    config = round_run.config
    free = [
        not sample.learnable
        for boxes, sample in zip(found.predictions, found.samples, strict=True)
        if not any(box.score >= config.propose_score for box in boxes)
    ]
    right = sum(free)
    bound = calibration.bound_precision(right, len(free), confidence=config.confidence) if free else 0
    return {
        "images": len(free),
        "right": right,
        "lower_bound": float(bound),
        "accepted": right >= config.min_evidence and float(bound) >= round_run.round.project.precision_target,
    }
