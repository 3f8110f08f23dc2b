"""Run a detector over the images of a split; the phases that measure share it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from annotations.errors import BlemishError
from annotations.models import Image, Split
from inference.detector import saved_detectors
from inference.detector.saved_detectors import Detection
from inference.model_folders import BrokenModel
from inference.models import ModelVersion
from inference.readahead import batches, count_pixels, read_ahead
from training import datasets, snapshots
from training.detector.data.samples import Sample
from training.round_run import RoundRun

# Metrics count boxes down to this score.
MEASURE_SCORE = 0.01


class NothingReadable(BlemishError):
    """None of the images of a split can be read any more."""

    default_code = "nothing_readable"


@dataclass(frozen=True, eq=False)
class SplitPredictions:
    """The images of a split with a model's detections and people's labels; three lists of one order."""

    images: Sequence[Image]
    samples: Sequence[Sample]
    predictions: Sequence[Sequence[Detection]]


def predict_split(round_run: RoundRun, folder: Path, split: Split) -> SplitPredictions:
    """Return what the model in `folder` finds on the round's images of `split`, down to MEASURE_SCORE.

    Images whose files have vanished since the snapshot are left out with a warning. Raises NothingReadable
    when none is left of several, BrokenModel when the model cannot be run.
    """
    names = round_run.snapshot.class_names
    detector = saved_detectors.load(folder, names=snapshots.synonyms(round_run.round.project, names))
    # Through the window that the model was trained with; the project's may have been moved since.
    read = datasets.reader(detector.manifest.window)
    rows = list(snapshots.read(round_run.snapshot, split))
    images, samples, predictions, lost, done = [], [], [], [], 0

    def read_row(row: snapshots.LabeledImage) -> tuple:
        try:
            return row, read(row.image.file.name or "")
        except (OSError, ValueError):
            return row, None

    def weigh(pair: tuple) -> int:
        return count_pixels(pair[1])

    for batch in batches(read_ahead(rows, read_row, weigh=weigh), weigh=weigh):
        readable = [(row, pixels) for row, pixels in batch if pixels is not None]
        lost += [row.image.name for row, pixels in batch if pixels is None]
        images += [row.image for row, _ in readable]
        samples += [datasets.make_sample(row, names) for row, _ in readable]
        predictions += detector.predict([pixels for _, pixels in readable], min_score=MEASURE_SCORE)
        done += len(batch)
        round_run.progress(done, len(rows), message=f"Predicting the {split} split")
    if lost:
        _report_lost(round_run, lost, len(rows), split)
    return SplitPredictions(images, samples, predictions)


def _report_lost(round_run: RoundRun, lost: list[str], total: int, split: Split) -> None:
    """Warn once of images that cannot be read; raises NothingReadable when they were all."""
    if len(lost) == total:
        raise NothingReadable(
            f"None of the {total} images of the {split} split can be read any more; the first is {lost[0]}. "
            "Upload them again, or restore the media folder, and start a new round."
        )
    named = ", ".join(lost[:3]) + (" …" if len(lost) > 3 else "")
    round_run.warn_once(
        f"{len(lost)} of {total} images of the {split} split cannot be read any more and were left out: "
        f"{named}."
    )


@contextmanager
def skip_if_broken(round_run: RoundRun, model: ModelVersion) -> Iterator[None]:
    """Turn the failure of a model that cannot be run into a warning of the round."""
    try:
        yield
    except BrokenModel as error:
        round_run.warn_once(f"{model.name} was left out, because it cannot be run: {error}")
