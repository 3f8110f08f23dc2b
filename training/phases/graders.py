"""Phase GRADERS: train one severity grader per graded defect type."""

from pathlib import Path

from django.utils.text import slugify

from annotations.models import DefectType, Split
from inference import model_folders, registry
from inference.models import ModelKind, ModelVersion
from training import datasets, snapshots
from training.round_run import RoundRun


def run(round_run: RoundRun) -> None:
    """Train one grader per graded type that has enough graded boxes; warn what the others lack."""
    if not round_run.config.train_graders:
        return
    graded = round_run.round.project.defect_types.filter(
        graded=True, archived=False, name__in=round_run.snapshot.class_names
    )
    for defect_type in graded.prefetch_related("grades"):
        _train_one(round_run, defect_type)


def _train_one(round_run: RoundRun, defect_type: DefectType) -> None:
    from training.graders import trainer

    round_, project = round_run.round, round_run.round.project
    name = f"grader-r{round_.number}-{slugify(defect_type.name) or 'type'}-{defect_type.pk}"
    path = registry.path_for(project, name)
    if not path.exists():
        try:
            trained = _fit(round_run, defect_type, folder=round_run.folder / name)
        except (trainer.TooFewGrades, trainer.Diverged) as error:
            # The rest of the round does not hang on one grader, and an older one goes on serving.
            round_run.note("warning", text=f"{error} {_what_grades_now(defect_type)}")
            return
        trainer.export(trained, path, defect_type=defect_type.name)
    about = model_folders.read(path, model_folders.GRADER)
    registry.register(
        project,
        name,
        kind=ModelKind.GRADER,
        defect_type=defect_type,
        class_names=[defect_type.name],
        config=about["config"],
        metrics={about["chosen_on"]: about["metrics"], **_facts(about)},
        round_number=round_.number,
    )


def _fit(round_run: RoundRun, defect_type: DefectType, *, folder: Path):
    from training.graders import trainer

    config, levels = round_run.config.grader_config(), len(defect_type.weights())
    snapshot, read = round_run.snapshot, datasets.reader(round_run.round.project.window)
    policy = datasets.choose_policy(snapshots.read(snapshot, Split.TRAIN), defect_type)
    learned, held_out = (
        datasets.graded_crops(
            snapshots.read(snapshot, split),
            defect_type.name,
            levels=levels,
            read=read,
            policy=policy,
            shape=config.shape_for(policy),
        )
        for split in (Split.TRAIN, Split.CALIBRATION)
    )

    def report(progress: trainer.Progress) -> None:
        losses = {f"grader/{defect_type.name}/{name}": value for name, value in progress.losses.items()}
        round_run.plot(progress.step, losses)
        round_run.progress(
            progress.step,
            progress.steps,
            message=f"Training the grader of {defect_type.name}",
            rate=progress.images_per_second,
            left=progress.seconds_left,
        )

    return trainer.train(
        learned.crops,
        learned.grades,
        levels=levels,
        config=config,
        folder=folder,
        report=report,
        validation=(held_out.crops, held_out.grades),
        name=defect_type.name,
        policy=policy,
    )


def _what_grades_now(defect_type: DefectType) -> str:
    present = ModelVersion.objects.promoted().filter(defect_type=defect_type, kind=ModelKind.GRADER).first()
    if present is None:
        return "People grade this type until then."
    return f"{present.name} goes on grading this type."


def _facts(about: dict) -> dict:
    """Return what a grader's folder says about it besides its metrics."""
    names = ("policy", "network", "parameters", "temperature", "uncalibrated")
    return {name: about[name] for name in names if name in about}
