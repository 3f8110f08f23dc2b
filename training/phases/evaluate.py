"""Phase EVALUATE: measure detectors, kept checkpoints and graders on the test split."""

import tempfile
from pathlib import Path

from annotations.errors import BlemishError
from annotations.models import Split
from inference.graders import saved_graders
from inference.model_folders import BrokenModel
from inference.models import ModelKind, ModelVersion
from training import datasets, snapshots
from training.detector.fitting import checkpoint
from training.graders import metrics as grader_metrics
from training.models import Round, RoundMode
from training.phases import evaluation_records
from training.phases.evaluation_records import EvaluatedModel
from training.phases.split_predictions import predict_split, skip_if_broken
from training.round_run import RoundRun, folder_of

MEANS = ("map", "map50", "map75")


class NothingMeasured(BlemishError):
    """No detector of the project can be run."""

    default_code = "nothing_measured"


def run(round_run: RoundRun) -> None:
    """Measure what the mode names: the round's models and the promoted detector, or in mode eval all kept."""
    if round_run.round.mode == RoundMode.EVAL:
        _evaluate_kept(round_run)
    else:
        _evaluate_round(round_run)


def measure(round_run: RoundRun, folder: Path, evaluated: EvaluatedModel) -> dict:
    """Measure the model in `folder` on the round's test split, keep the evaluation; return the COCO means."""
    metrics = evaluation_records.record(
        round_run.round,
        evaluated,
        predict_split(round_run, folder, Split.TEST),
        class_names=round_run.snapshot.class_names,
        split=Split.TEST,
        score=round_run.config.propose_score,
    )
    return metrics.to_dict()


def _measure_row(round_run: RoundRun, model: ModelVersion) -> dict:
    """Measure a registered detector and keep its metrics with its row too."""
    metrics = measure(round_run, model.path, EvaluatedModel(model.name, model))
    model.metrics = {**model.metrics, "test": metrics}
    model.save(update_fields=["metrics"])
    return metrics


def _evaluate_round(round_run: RoundRun) -> None:
    """Measure the round's models, and the detector that is promoted now, for comparison.

    The mode train-eval measures the checkpoints kept during the training too.
    """
    round_ = round_run.round
    metrics = dict(_measure_row(round_run, round_run.detector))
    metrics |= _measure_promoted(round_run)
    metrics["graders"] = measure_graders(round_run)
    if round_.mode == RoundMode.TRAIN_EVAL:
        metrics["checkpoints"] = _measure_checkpoints(round_run, round_)
    round_.metrics = metrics
    round_run.job.write(metrics=metrics)
    round_run.note("metrics", **metrics)
    trained = round_.events.filter(kind="checkpoint").last()
    round_run.plot(trained.data["steps"] if trained else 0, _curves(metrics))


def _measure_promoted(round_run: RoundRun) -> dict:
    """Return {"previous": metrics} of the promoted detector, empty when there is no other one that runs."""
    promoted = ModelVersion.objects.detectors().promoted().filter(project=round_run.round.project).first()
    if promoted is None or promoted == round_run.detector:
        return {}
    try:
        return {"previous": {"model": promoted.name, **_measure_row(round_run, promoted)}}
    except BrokenModel as error:
        round_run.note("warning", text=f"{promoted.name}, which is in use, cannot be compared: {error}")
        return {}


def _evaluate_kept(round_run: RoundRun) -> None:
    """Measure every detector of the project, and every checkpoint kept by a round.

    One that cannot be run any more gets a warning, and the others are measured; raises NothingMeasured when
    none can be run.
    """
    results, checkpoints = {}, []
    models = list(ModelVersion.objects.detectors().filter(project=round_run.round.project))
    for model in models:
        with skip_if_broken(round_run, model):
            results[model.name] = _measure_row(round_run, model)
            round_run.note("metrics", model=model.name, **results[model.name])
    if not results:
        raise NothingMeasured(f"None of the {len(models)} detectors can be run; train one again.")
    for round_ in round_run.round.project.rounds.order_by("number"):
        checkpoints += _measure_checkpoints(round_run, round_)
    round_run.round.metrics = {"models": results, "checkpoints": checkpoints}
    round_run.job.write(metrics=round_run.round.metrics)


def _measure_checkpoints(round_run: RoundRun, round_: Round) -> list[dict]:
    """Return {round, step, map, map50, map75} of each checkpoint that `round_` kept, by step."""
    from training.detector.exporting import export

    measured = []
    kept = sorted((folder_of(round_) / "detector" / checkpoint.KEPT).glob("step-*"))
    for folder in kept:
        step = int(folder.name.removeprefix("step-"))
        name = f"round {round_.number}, step {step}"
        with tempfile.TemporaryDirectory(prefix="measured-", dir=folder.parent) as scratch:
            out = Path(scratch) / "model"
            try:
                export.export_checkpoint(folder, out, window=round_run.round.project.window)
            except (checkpoint.BrokenCheckpoint, export.NotTrained, ValueError) as error:
                round_run.note("warning", text=f"The checkpoint of {name} was left out: {error}")
                continue
            metrics = measure(round_run, out, EvaluatedModel(name, None, round_.number, step))
        row = {"round": round_.number, "step": step, **{mean: metrics[mean] for mean in MEANS}}
        round_run.note("checkpoint_metrics", **row)
        if round_ == round_run.round:
            round_run.plot(step, _curves(metrics))
        measured.append(row)
    return measured


def _curves(metrics: dict) -> dict[str, float | None]:
    """Return what TensorBoard shows of a measurement."""
    means = {f"test/{name}": metrics.get(name) for name in MEANS}
    return means | {f"test_ap50/{name}": row["ap50"] for name, row in metrics.get("per_class", {}).items()}


def measure_graders(round_run: RoundRun) -> dict:
    """Measure the graders of the round on the test split; return metrics by the name of the defect type."""
    measured = {}
    read = datasets.reader(round_run.round.project.window)
    made = ModelVersion.objects.filter(
        project=round_run.round.project, kind=ModelKind.GRADER, round_number=round_run.round.number
    )
    for model in made.select_related("defect_type"):
        assert model.defect_type is not None  # of a detector alone
        grader = saved_graders.load(model.path)
        test = datasets.graded_crops(
            snapshots.read(round_run.snapshot, Split.TEST),
            model.defect_type.name,
            levels=grader.levels,
            read=read,
            policy=grader.policy,
            shape=grader.shape,
        )
        if not len(test.grades):
            continue
        result = grader_metrics.measure(test.grades, grader.predict(test.crops))
        facts = {name: value for name, value in model.metrics.items() if name in ("policy", "network")}
        measured[model.defect_type.name] = {**result, **facts}
        model.metrics = {**model.metrics, "test": result}
        model.save(update_fields=["metrics"])
    return measured
