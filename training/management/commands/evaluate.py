"""`evaluate PROJECT`: measure one detector on one split, as it is labeled now."""

import json
import time

import tqdm
from django.core.management.base import BaseCommand, CommandError

from annotations.errors import BlemishError
from annotations.imaging.decoding import UnreadableImage
from annotations.management.console import find_project, table
from annotations.models import Image, ImageState, Split
from inference import registry
from inference.detector import saved_detectors
from inference.model_folders import BrokenModel
from inference.readahead import batches, count_pixels, read_ahead
from training import datasets, snapshots
from training.evaluation import coco_metrics
from training.phases.split_predictions import MEASURE_SCORE


class Command(BaseCommand):
    """Print the COCO metrics of a detector."""

    help = "Measure a detector on a split of the project."

    def add_arguments(self, parser) -> None:
        """Declare the arguments."""
        parser.add_argument("project", help="slug of the project")
        parser.add_argument("--split", choices=Split.values, default=Split.TEST)
        parser.add_argument("--model", default="", help="name of the detector (default: the promoted one)")
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args, **options) -> None:
        """Measure and print; nothing is written."""
        project = find_project(options["project"])
        names = snapshots.class_names(project)
        try:
            model = registry.detector(project, options["model"])
            detector = saved_detectors.load(model.path, names=snapshots.synonyms(project, names))
        except (BlemishError, BrokenModel) as error:
            raise CommandError(str(error)) from error
        rows = list(snapshots.read_now(_labeled(project, options["split"]), names))
        if not rows:
            raise CommandError(f"The {options['split']} split of {project.name} has no labeled image.")
        started = time.monotonic()
        predictions, samples = _predict(detector, rows, names, quiet=options["json"])
        metrics = coco_metrics.evaluate(predictions, samples, names).to_dict()
        metrics |= {"model": model.name, "seconds": round(time.monotonic() - started, 3)}
        metrics |= {"split": options["split"]}
        if options["json"]:
            self.stdout.write(json.dumps(metrics))
            return
        lines = [(name, row["boxes"], row["ap50"], row["ap"]) for name, row in metrics["per_class"].items()]
        total = ("all", metrics["boxes"], metrics["map50"], metrics["map"])
        self.stdout.write(f"{model.name} on {metrics['images']} images of the {options['split']} split")
        self.stdout.write(table(("defect type", "boxes", "AP@.5", "AP"), [*lines, total]))


def _labeled(project, split: str):
    images = Image.objects.present().filter(project=project, split=split, state=ImageState.LABELED)
    return images.order_by("pk")


def _predict(detector, rows, names, *, quiet: bool):
    read = datasets.reader(detector.manifest.window)
    samples = [datasets.make_sample(row, names) for row in rows]
    predictions = []
    with tqdm.tqdm(total=len(samples), desc="Predicting", unit="image", disable=quiet) as bar:
        ahead = read_ahead(samples, lambda sample: read(sample.path), weigh=count_pixels)
        try:
            for pixels in batches(ahead, weigh=count_pixels):
                predictions += detector.predict(pixels, min_score=MEASURE_SCORE)
                bar.update(len(pixels))
        except (OSError, UnreadableImage) as error:
            raise CommandError(f"An image cannot be read: {error}") from error
    return predictions, samples
