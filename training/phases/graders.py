"""The phase of a round that trains one severity grader per graded type, and its measurement.

Safe to run again: a grader that is there is taken, not trained twice. TensorFlow is loaded by the imports
inside the functions, so that the web process, which starts rounds, never loads it.
"""

import json
from pathlib import Path

from django.utils.text import slugify

from annotations.models import DefectType, Split
from inference import registry
from inference.models import ModelKind, ModelVersion
from training import datasets, snapshots
from training.round_run import RoundRun


def train(stage: RoundRun) -> None:
    """Train one grader per graded type that has enough graded boxes; the others say what they lack."""
    if not stage.config.train_graders:
        return
    graded = stage.round.project.defect_types.filter(
        graded=True, archived=False, name__in=stage.round.snapshot.class_names
    )
    for defect_type in graded.prefetch_related("grades"):
        _train_one(stage, defect_type)


def _train_one(stage: RoundRun, defect_type: DefectType) -> None:
    from training.graders import trainer

    round, project = stage.round, stage.round.project
    name = f"grader-r{round.number}-{slugify(defect_type.name) or 'type'}-{defect_type.pk}"
    path = registry.path_for(project, name)
    if not path.exists():
        try:
            trained = _fit(stage, defect_type, folder=stage.folder / name)
        except (trainer.TooFewGrades, trainer.Diverged) as error:
            # The rest of the round does not hang on one grader, and an older one goes on serving.
            stage.note("warning", text=f"{error} {_what_grades_now(defect_type)}")
            return
        trainer.export(trained, path, defect_type=defect_type.name)
    about = json.loads((Path(path) / "model.json").read_text(encoding="utf-8"))
    registry.register(
        project,
        name,
        kind=ModelKind.GRADER,
        defect_type=defect_type,
        class_names=[defect_type.name],
        config=about["config"],
        metrics={about["chosen_on"]: about["metrics"], **_facts(about)},
        round_number=round.number,
    )


def _fit(stage: RoundRun, defect_type: DefectType, *, folder: Path):
    from training.graders import trainer

    config, levels = stage.config.grader_config(), len(defect_type.weights())
    snapshot, read = stage.round.snapshot, datasets.reader(stage.round.project.window)
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
        stage.plot(progress.step, losses)
        stage.progress(
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


def measure(stage: RoundRun) -> dict:
    """Measure the graders of the round on the test split: metrics by the name of the defect type."""
    from inference.graders import saved_graders
    from training.graders import metrics

    measured = {}
    read = datasets.reader(stage.round.project.window)
    made = ModelVersion.objects.filter(
        project=stage.round.project, kind=ModelKind.GRADER, round_number=stage.round.number
    )
    for model in made.select_related("defect_type"):
        grader = saved_graders.load(model.path)
        test = datasets.graded_crops(
            snapshots.read(stage.round.snapshot, Split.TEST),
            model.defect_type.name,
            levels=grader.levels,
            read=read,
            policy=grader.policy,
            shape=grader.shape,
        )
        if not len(test.grades):
            continue
        result = metrics.measure(test.grades, grader.predict(test.crops))
        facts = {name: value for name, value in model.metrics.items() if name in ("policy", "network")}
        measured[model.defect_type.name] = {**result, **facts}
        model.metrics = {**model.metrics, "test": result}
        model.save(update_fields=["metrics"])
    return measured
