"""Write an evaluation to the database: its report, and every image with its matched boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotations.models import Split
from inference.detector.saved_detectors import Detection
from inference.models import ModelVersion
from training.detector.data.samples import Sample
from training.evaluation import coco_metrics, error_analysis
from training.models import ConfusedImage, EvaluatedImage, Evaluation, Round
from training.phases.split_predictions import SplitPredictions

BATCH = 500
# No image shows more boxes than these, however many a model finds.
SHOWN = 200
MEANS = ("map", "map50", "map75")
COUNTS = ("right", "misclassified", "missed", "false_positives")


@dataclass(frozen=True)
class EvaluatedModel:
    """What was measured: a model, or the checkpoint of a round at a step."""

    name: str
    model: ModelVersion | None = None
    checkpoint_round: int | None = None
    step: int | None = None


def record(
    round_: Round,
    evaluated: EvaluatedModel,
    predicted: SplitPredictions,
    *,
    class_names: Sequence[str],
    split: Split,
    score: float,
) -> coco_metrics.Metrics:
    """Measure `predicted`, keep the evaluation with `round_`, and return the means.

    An earlier evaluation of the same model in this round is replaced. Boxes of at least `score` are matched
    image by image; the metrics and curves are of all boxes.
    """
    scales = [error_analysis.scale_of(image.width, image.height) for image in predicted.images]
    found = coco_metrics.accumulate(predicted.predictions, predicted.samples, class_names, scales=scales)
    metrics = coco_metrics.summarize(found, images=len(predicted.samples))
    known = set(class_names)
    shown = [
        [box for box in boxes if box.score >= score and box.class_name in known][:SHOWN]
        for boxes in predicted.predictions
    ]
    matched = [
        error_analysis.match_image(boxes, sample, class_names)
        for boxes, sample in zip(shown, predicted.samples, strict=True)
    ]
    confusion = error_analysis.confuse(matched, class_names)
    report = error_analysis.describe(found, predicted.samples, scales) | {"confusion": confusion}
    with transaction.atomic():
        round_.evaluations.filter(name=evaluated.name).delete()
        row = Evaluation.objects.create(
            round=round_,
            name=evaluated.name,
            model=evaluated.model,
            checkpoint_round=evaluated.checkpoint_round,
            step=evaluated.step,
            split=split,
            score=score,
            metrics=_brief(metrics, report),
            report=report | {"per_class": metrics.per_class},
        )
        _keep_images(row, predicted, shown, matched, class_names)
    return metrics


def _brief(metrics: coco_metrics.Metrics, report: dict) -> dict:
    """Return the numbers of the comparison table."""
    sizes = {f"ap_{size['name']}": size["ap"] for size in report["sizes"]}
    counts = {name: report["confusion"][name] for name in COUNTS}
    means = {name: getattr(metrics, name) for name in MEANS}
    return {**means, "images": metrics.images, "boxes": metrics.boxes, **sizes, **counts}


def _keep_images(
    row: Evaluation,
    predicted: SplitPredictions,
    shown: Sequence[Sequence[Detection]],
    matched: Sequence[error_analysis.MatchedImage],
    class_names: Sequence[str],
) -> None:
    images = []
    for image, sample, boxes, one in zip(predicted.images, predicted.samples, shown, matched, strict=True):
        truth, found = _write_boxes(sample, boxes, one, class_names)
        wrong = sum(count for (true, seen), count in one.cells.items() if true != seen)
        images.append(
            EvaluatedImage(
                evaluation=row, image=image, quality=one.quality, wrong=wrong, truth=truth, found=found
            )
        )
    made = EvaluatedImage.objects.bulk_create(images, batch_size=BATCH)
    ConfusedImage.objects.bulk_create(
        (
            ConfusedImage(evaluated=image, truth=true, found=seen, count=count)
            for image, one in zip(made, matched, strict=True)
            for (true, seen), count in one.cells.items()
        ),
        batch_size=BATCH,
    )


def _write_boxes(
    sample: Sample, boxes: Sequence[Detection], one: error_analysis.MatchedImage, class_names: Sequence[str]
) -> tuple[list[dict], list[dict]]:
    partner_of_truth = {pair.truth: pair.found for pair in one.pairs if pair.truth is not None}
    partner_of_found = {pair.found: pair.truth for pair in one.pairs if pair.found is not None}
    truth = [
        {
            "type": class_names[number],
            "box": _rounded(box),
            "difficult": bool(difficult),
            "pair": partner_of_truth.get(index),
        }
        for index, (box, number, difficult) in enumerate(
            zip(sample.boxes, sample.classes, sample.difficult, strict=True)
        )
    ]
    found = [
        {
            "type": box.class_name,
            "box": _rounded((box.xmin, box.ymin, box.xmax, box.ymax)),
            "score": round(box.score, 4),
            "pair": partner_of_found.get(index),
            # What lies on a difficult box counts neither way.
            "counted": index in partner_of_found,
        }
        for index, box in enumerate(boxes)
    ]
    return truth, found


def _rounded(corners) -> list[float]:
    return [round(float(value), 2) for value in corners]
