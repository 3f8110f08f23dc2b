"""Train the detector from random weights on a folder of VOC images and measure it on held-out ones.

.venv/bin/python benchmarks/detector.py --data ../shared/data/neu-det --minutes 20 --json detector.json

The folder holds images/ and annotations/. One image in five, chosen by a hash of its name, is held out.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

HELD_OUT = 5  # one in so many
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}


def main() -> None:
    """Train, measure, print a table."""
    options = read_options()
    samples, class_names = read_voc(options.data)
    held_out = [sample for sample in samples if is_held_out(sample.path)]
    learned = [sample for sample in samples if not is_held_out(sample.path)]
    learned = learned[:: options.every]
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(learned, held_out, class_names, options, options.folder or Path(scratch))
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with images/ and annotations/")
    parser.add_argument("--minutes", type=float, help="budget of the training (default 20 without --epochs)")
    parser.add_argument("--epochs", type=int, help="epochs instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="learn from every n-th training image only")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="any DetectorConfig field"
    )
    parser.add_argument("--folder", type=Path, help="keep training and model here; goes on where it stopped")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    if options.minutes is None and options.epochs is None:
        options.minutes = 20.0
    return options


def read_voc(data: Path) -> tuple[list, list[str]]:
    """Read samples and class names from images/ and annotations/ of a folder."""
    from annotations.formats import voc
    from training.detector.samples import Sample

    images = {path.stem: path for path in sorted((data / "images").iterdir()) if path.suffix in SUFFIXES}
    parsed = {path.stem: voc.read(path) for path in sorted((data / "annotations").glob("*.xml"))}
    class_names = sorted({found.name for annotation in parsed.values() for found in annotation.objects})
    samples = [
        Sample(
            str(images[stem]),
            [[found.xmin, found.ymin, found.xmax, found.ymax] for found in annotation.objects],
            [class_names.index(found.name) for found in annotation.objects],
            [found.difficult for found in annotation.objects],
        )
        for stem, annotation in parsed.items()
        if stem in images
    ]
    return samples, class_names


def is_held_out(path: str) -> bool:
    """Choose the held-out images by their names, so that every run holds out the same."""
    return int(hashlib.sha256(Path(path).stem.encode()).hexdigest(), 16) % HELD_OUT == 0


def load_gray(path: str) -> np.ndarray:
    """Read an 8-bit image as it is."""
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def make_config(options: argparse.Namespace):
    """Apply --seed, --epochs and --set to the defaults."""
    from training.detector.config import DetectorConfig

    config = DetectorConfig(seed=options.seed)
    if options.epochs:
        config = replace(config, epochs=options.epochs)
    names = {field.name for field in fields(config)}
    for setting in options.set:
        name, _, value = setting.partition("=")
        if name not in names:
            raise SystemExit(f"There is no setting {name!r}.")
        with suppress(ValueError):  # a plain word stays one
            value = json.loads(value)
        config = replace(config, **{name: value})
    return config


def measure(
    learned: list, held_out: list, class_names: list[str], options: argparse.Namespace, folder: Path
) -> dict:
    """Train on the learned samples and measure the exported model on the held-out ones."""
    from inference import detectors
    from training.detector.export import export
    from training.detector.fit import train
    from training.evaluation import evaluate

    config = make_config(options)
    with tqdm(total=1.0, bar_format="{l_bar}{bar}| {postfix}", desc="training", mininterval=1) as bar:

        def report(progress) -> None:
            share = progress.step / progress.steps if progress.steps else 0.0
            left = f"{progress.seconds_left:.0f} s left" if progress.seconds_left else "measuring"
            bar.set_postfix_str(
                f"epoch {progress.epoch}/{progress.epochs}, loss {progress.losses['total']:.3f}, "
                f"{progress.images_per_second:.0f} images/s, {left}"
            )
            bar.update(share - bar.n)

        trained = train(
            learned,
            class_names=class_names,
            config=config,
            folder=folder / "training",
            report=report,
            load=load_gray,
            budget_minutes=None if options.epochs else options.minutes,
        )
    exported = folder / f"model-{time.time_ns()}"
    export(folder / "training", exported)
    detector = detectors.load(exported)
    images = [load_gray(sample.path) for sample in held_out]
    detector.predict(images[:64])
    started = time.perf_counter()
    found = detector.predict(images, min_score=config.min_score)
    seconds = time.perf_counter() - started
    metrics = evaluate(found, held_out, class_names)
    return {
        "train_images": len(learned),
        "held_out_images": len(held_out),
        "minutes": trained.seconds / 60,
        "epochs": trained.epochs,
        "parameters": trained.model.count_params(),
        "predicted_images_per_second": len(images) / seconds,
        "config": config.to_dict(),
        **metrics.to_dict(),
    }


def print_table(figures: dict) -> None:
    """Print the figures, one line for the whole and one per type."""
    print(
        f"{figures['train_images']} images trained for {figures['epochs']} epochs in "
        f"{figures['minutes']:.1f} minutes, {figures['parameters']:,} parameters, "
        f"{figures['predicted_images_per_second']:.0f} images/s predicted"
    )
    print(f"{'type':<20}{'boxes':>7}{'mAP':>8}{'mAP50':>8}")
    for name, row in figures["per_class"].items():
        print(f"{name:<20}{row['boxes']:>7}{row['ap'] or 0:>8.3f}{row['ap50'] or 0:>8.3f}")
    print(f"{'all':<20}{figures['boxes']:>7}{figures['map']:>8.3f}{figures['map50']:>8.3f}")


if __name__ == "__main__":
    main()
