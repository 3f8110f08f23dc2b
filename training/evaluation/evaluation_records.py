"""Keep what an evaluation saw: a report, and every image with its pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotations.models import Image, Split
from inference.detector.saved_detectors import Detection
from inference.models import ModelVersion
from training.detector.data.samples import Sample
from training.evaluation import coco_metrics, error_analysis
from training.models import ConfusedImage, EvaluatedImage, Evaluation, Round

BATCH = 500
# No image shows more boxes than these, however many a model finds.
SHOWN = 200
MEANS = ("map", "map50", "map75")
CELLS = ("right", "mixed_up", "missed", "nothing_there")


@dataclass(frozen=True, eq=False)
class SplitPredictions:
    """Images that a model has looked at: what it found, what people labeled; of the same order."""

    images: Sequence[Image]
    samples: Sequence[Sample]
    predictions: Sequence[Sequence[Detection]]


@dataclass(frozen=True)
class EvaluatedModel:
    """What was measured: a model, or the checkpoint of a round at a step."""

    name: str
    model: ModelVersion | None = None
    checkpoint_round: int | None = None
    step: int | None = None


def record(
    round: Round,
    subject: EvaluatedModel,
    looked: SplitPredictions,
    *,
    class_names: Sequence[str],
    split: Split,
    score: float,
) -> coco_metrics.Metrics:
    """Measure what was LOOKED at, keep it with ROUND, in place of what SUBJECT had there; return the means.

    Boxes from SCORE on are judged image by image; the metrics and curves are of all.
    """
    scales = [error_analysis.scale_of(image.width, image.height) for image in looked.images]
    found = coco_metrics.accumulate(looked.predictions, looked.samples, class_names, scales=scales)
    metrics = coco_metrics.summarize(found, images=len(looked.samples))
    known = set(class_names)
    shown = [
        [box for box in boxes if box.score >= score and box.class_name in known][:SHOWN]
        for boxes in looked.predictions
    ]
    judged = [
        error_analysis.judge(boxes, sample, class_names)
        for boxes, sample in zip(shown, looked.samples, strict=True)
    ]
    confusion = error_analysis.confuse(judged, class_names)
    report = error_analysis.describe(found, looked.samples, scales) | {"confusion": confusion}
    with transaction.atomic():
        round.evaluations.filter(name=subject.name).delete()
        row = Evaluation.objects.create(
            round=round,
            name=subject.name,
            model=subject.model,
            checkpoint_round=subject.checkpoint_round,
            step=subject.step,
            split=split,
            score=score,
            metrics=_brief(metrics, report),
            report=report | {"per_class": metrics.per_class},
        )
        _keep_images(row, looked, shown, judged, class_names)
    return metrics


def _brief(metrics: coco_metrics.Metrics, report: dict) -> dict:
    """Return the numbers of the comparison table."""
    sizes = {f"ap_{size['name']}": size["ap"] for size in report["sizes"]}
    cells = {name: report["confusion"][name] for name in CELLS}
    means = {name: getattr(metrics, name) for name in MEANS}
    return {**means, "images": metrics.images, "boxes": metrics.boxes, **sizes, **cells}


def _keep_images(
    row: Evaluation,
    looked: SplitPredictions,
    shown: Sequence[Sequence[Detection]],
    judged: Sequence[error_analysis.MatchedImage],
    class_names: Sequence[str],
) -> None:
    images = []
    for image, sample, boxes, one in zip(looked.images, looked.samples, shown, judged, strict=True):
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
            for image, one in zip(made, judged, strict=True)
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
