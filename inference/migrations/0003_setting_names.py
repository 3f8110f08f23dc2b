"""Rename settings of networks in the saved configurations of models."""

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


def rename(values, names):
    """Return `values` with keys renamed by `names`; what has the new name already stays."""
    renamed = {names[key]: value for key, value in values.items() if key in names}
    return {**renamed, **{key: value for key, value in values.items() if key not in names}}


def reverse(names):
    return {new: old for old, new in names.items()}


def change(apps, names):
    ModelVersion = apps.get_model("inference", "ModelVersion")
    for model in ModelVersion.objects.only("pk", "kind", "config").iterator(chunk_size=500):
        if isinstance(model.config, dict):
            config = rename(model.config, names[model.kind])
            if config != model.config:
                ModelVersion.objects.filter(pk=model.pk).update(config=config)


def forward(apps, schema_editor):
    change(apps, {"detector": DETECTOR, "grader": GRADER})


def backward(apps, schema_editor):
    change(apps, {"detector": reverse(DETECTOR), "grader": reverse(GRADER)})


class Migration(migrations.Migration):
    dependencies = [("inference", "0002_grade_requests")]
    operations = [migrations.RunPython(forward, backward)]
