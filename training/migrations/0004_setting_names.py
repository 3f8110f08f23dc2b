"""Rename settings of networks in the saved configurations of rounds, and two counts in evaluations."""

from django.db import migrations

DETECTOR = {
    "average": "ema_decay",
    "best_points": "assign_topk",
    "negative_power": "focal_gamma",
    "suppression_iou": "nms_iou",
    "turn": "rotate90",
    "unmoved": "no_warp_share",
}
GRADER = {"average": "ema_decay", "focal_power": "focal_gamma"}
COUNTS = {"mixed_up": "misclassified", "nothing_there": "false_positives"}


def rename(values, names):
    """Return `values` with keys renamed by `names`; what has the new name already stays."""
    if not isinstance(values, dict):
        return values
    renamed = {names[key]: value for key, value in values.items() if key in names}
    return {**renamed, **{key: value for key, value in values.items() if key not in names}}


def reverse(names):
    return {new: old for old, new in names.items()}


def change(apps, detector, grader, counts):
    Round = apps.get_model("training", "Round")
    for round_ in Round.objects.only("pk", "config").iterator(chunk_size=500):
        parts = {"detector": detector, "grader": grader}
        config = {
            key: rename(value, parts[key]) if key in parts else value for key, value in round_.config.items()
        }
        if config != round_.config:
            Round.objects.filter(pk=round_.pk).update(config=config)
    Evaluation = apps.get_model("training", "Evaluation")
    for row in Evaluation.objects.only("pk", "metrics", "report").iterator(chunk_size=100):
        report = row.report
        if isinstance(report, dict) and "confusion" in report:
            report = {**report, "confusion": rename(report["confusion"], counts)}
        metrics = rename(row.metrics, counts)
        if (metrics, report) != (row.metrics, row.report):
            Evaluation.objects.filter(pk=row.pk).update(metrics=metrics, report=report)


def forward(apps, schema_editor):
    change(apps, DETECTOR, GRADER, COUNTS)


def backward(apps, schema_editor):
    change(apps, reverse(DETECTOR), reverse(GRADER), reverse(COUNTS))


class Migration(migrations.Migration):
    dependencies = [("training", "0003_evaluations")]
    operations = [migrations.RunPython(forward, backward)]
