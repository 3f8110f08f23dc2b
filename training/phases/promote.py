"""Promote the models that a round has made; done after the last training or measuring phase."""

from inference import registry
from inference.models import ModelKind, ModelVersion
from training.models import RoundMode
from training.round_run import RoundRun


def run(round_run: RoundRun) -> None:
    """Promote the round's models, except a detector that is worse on the test split than the promoted one.

    Without a labeled test image nothing can be compared, and the newest is promoted. The mode train promotes
    only where no detector is promoted yet.
    """
    round_ = round_run.round
    promoted = ModelVersion.objects.detectors().promoted().filter(project=round_.project)
    if round_.mode == RoundMode.TRAIN and promoted.exists():
        return
    previous = round_.metrics.get("previous") or {}
    new_map, previous_map = round_.metrics.get("map"), previous.get("map")
    if new_map is not None and previous_map is not None and new_map < previous_map:
        text = (
            f"{previous['model']} stays promoted: its mAP on the test split is {previous_map:.3f}, "
            f"that of {round_run.detector.name} {new_map:.3f}."
        )
        round_run.note("warning", text=text)
    else:
        registry.promote(round_run.detector, round_.started_by)
    graders = ModelVersion.objects.filter(
        project=round_.project, kind=ModelKind.GRADER, round_number=round_.number
    )
    for model in graders:
        registry.promote(model, round_.started_by)
