"""Train the detector from random weights on a folder of VOC images and measure it on held-out ones.

.venv/bin/python benchmarks/detector.py --data ../shared/data/neu-det --json detector.json
.venv/bin/python benchmarks/detector.py --data DIR --preset all --minutes 5,10,20,60 --json detector.json
.venv/bin/python benchmarks/detector.py --data DIR --minutes 10 --compare mosaic=0.3 --compare blocks=rep

Each preset at each number of minutes is a row; so is each --compare, beside the same without it; those that
only change prediction share its training. The JSON is written after every row, and rows that it holds already
are not trained again. The folder holds images/ and annotations/. One image in five, chosen by a hash of its
name, is held out.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.machine import describe

HELD_OUT = 5  # one in so many
REPEATS = 5  # of predicting the held-out images; the median counts
AT_TEST = {"flip_test", "nms_iou", "vote_iou", "max_detections"}  # what only prediction asks for
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}


@dataclass(frozen=True)
class Row:
    """One training: a preset, a budget in minutes or epochs, and settings laid over the preset's."""

    preset: str
    minutes: float | None
    epochs: int | None
    settings: dict

    @property
    def name(self) -> str:
        """Return what tells this row from the others."""
        length = f"{self.epochs} epochs" if self.epochs else f"{self.minutes:g} min"
        changed = "".join(f", {name}={value}" for name, value in self.settings.items())
        return f"{self.preset} {length}{changed}"

    @property
    def trained(self) -> Row:
        """Return the row whose training serves this one: the same but for what only prediction asks for."""
        return replace(self, settings={k: v for k, v in self.settings.items() if k not in AT_TEST})


def main() -> None:
    """Train and measure row by row, print a table."""
    options = read_options()
    rows = [row for row in make_rows(options) if not options.only or options.only in row.name]
    samples, class_names = read_voc(options.data)
    held_out = [sample for sample in samples if is_held_out(sample.path)]
    learned = [sample for sample in samples if not is_held_out(sample.path)]
    learned = learned[:: options.every]
    about = {"machine": describe(), "seed": options.seed, "train_images": len(learned)}
    done = read_done(options.json, about)
    with tempfile.TemporaryDirectory() as scratch:
        for row in rows:
            if row.name in done:
                continue
            print(row.name, file=sys.stderr)
            folder = (options.folder or Path(scratch)) / row.trained.name.replace("/", "_")
            done[row.name] = measure(learned, held_out, class_names, options, row, folder)
            if options.json:
                options.json.write_text(json.dumps({**about, "rows": done}, indent=2))
    print_table({**about, "rows": {row.name: done[row.name] for row in rows}})


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with images/ and annotations/")
    parser.add_argument("--preset", default="balanced", help="presets by commas, or all (default balanced)")
    parser.add_argument("--minutes", help="budgets by commas (default 20 without --epochs)")
    parser.add_argument("--epochs", type=int, help="epochs instead of minutes")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="learn from every n-th training image only")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a DetectorConfig field, in all rows",
    )
    parser.add_argument(
        "--compare",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a row more with this field; several with + between them: a=1+b=2",
    )
    parser.add_argument("--only", help="only rows whose name holds this text")
    parser.add_argument("--folder", type=Path, help="keep trainings here; goes on where one stopped")
    parser.add_argument("--json", type=Path, help="write the figures to this file after every row")
    options = parser.parse_args()
    if options.minutes is None and options.epochs is None:
        options.minutes = "20"
    return options


def make_rows(options: argparse.Namespace) -> list[Row]:
    """Return what is trained, in order."""
    from training.detector.presets import PRESETS

    presets = list(PRESETS) if options.preset == "all" else options.preset.split(",")
    unknown = sorted(set(presets) - set(PRESETS))
    if unknown:
        raise SystemExit(f"There is no preset {', '.join(unknown)}; known are {', '.join(PRESETS)}.")
    common = read_settings(options.set)
    changes = [{}, *(read_settings(text.split("+")) for text in options.compare)]
    budgets = [None] if options.epochs else [float(text) for text in options.minutes.split(",")]
    return [
        Row(preset, minutes, options.epochs, {**common, **change})
        for preset in presets
        for minutes in budgets
        for change in changes
    ]


def read_settings(texts: list[str]) -> dict:
    """Read NAME=VALUE texts; the names must be those of DetectorConfig, former ones count too."""
    from inference.setting_names import RENAMED
    from training.detector.config import DetectorConfig

    names = {field.name for field in fields(DetectorConfig)}
    values = {}
    for text in texts:
        name, _, value = text.partition("=")
        name = RENAMED.get(name, name)
        if name not in names:
            raise SystemExit(f"There is no setting {name!r}.")
        with suppress(ValueError):  # a plain word stays one
            value = json.loads(value)
        values[name] = value
    return values


def read_done(path: Path | None, about: dict) -> dict[str, dict]:
    """Return the rows of a JSON file that was measured alike, so that they need not be trained again."""
    if path is None or not path.exists():
        return {}
    before = json.loads(path.read_text())
    same = all(before.get(name) == about[name] for name in ("seed", "train_images"))
    return {_with_present_names(name): row for name, row in before.get("rows", {}).items()} if same else {}


def _with_present_names(row: str) -> str:
    """Return the name of a saved row with the present names of its settings."""
    from inference.setting_names import RENAMED

    for former, present in RENAMED.items():
        row = row.replace(f", {former}=", f", {present}=")
    return row


def read_voc(data: Path) -> tuple[list, list[str]]:
    """Read samples and class names from images/ and annotations/ of a folder."""
    from annotations.formats import voc
    from training.detector.data.samples import Sample

    images = {path.stem: path for path in sorted((data / "images").iterdir()) if path.suffix in SUFFIXES}
    parsed = {path.stem: voc.read(path) for path in sorted((data / "annotations").glob("*.xml"))}
    class_names = sorted({found.name for annotation in parsed.values() for found in annotation.objects})
    samples = [
        Sample(
            str(images[stem]),
            np.array([[found.xmin, found.ymin, found.xmax, found.ymax] for found in annotation.objects]),
            np.array([class_names.index(found.name) for found in annotation.objects]),
            np.array([found.difficult for found in annotation.objects]),
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


def make_config(row: Row, seed: int):
    """Apply the row to its preset."""
    from training.detector.config import DetectorConfig
    from training.detector.presets import settings_of

    epochs = {"epochs": row.epochs} if row.epochs else {}
    return DetectorConfig(**settings_of(row.preset, {**epochs, **row.settings, "seed": seed}))


def measure(
    learned: list,
    held_out: list,
    class_names: list[str],
    options: argparse.Namespace,
    row: Row,
    folder: Path,
) -> dict:
    """Train on the learned samples and measure the exported model on the held-out ones."""
    from inference.detector import saved_detectors
    from training.detector.exporting.export import write_model
    from training.evaluation.coco_metrics import evaluate

    config = make_config(row, options.seed)
    trained = train_row(learned, class_names, row, options.seed, folder / "training")
    exported = folder / f"model-{time.time_ns()}"
    write_model(trained.model, exported, config=config, class_names=class_names, tiling=trained.tiling)
    detector = saved_detectors.load(exported)
    images = [load_gray(sample.path) for sample in held_out]
    detector.predict(images[:64])
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        found = detector.predict(images, min_score=config.min_score)
        times.append(time.perf_counter() - started)
    metrics = evaluate(found, held_out, class_names)
    seen = detector.predict([load_gray(sample.path) for sample in learned], min_score=config.min_score)
    return {
        "train_images": len(learned),
        "held_out_images": len(held_out),
        "minutes": trained.seconds / 60,
        "epochs": trained.epochs,
        "parameters": trained.model.count_params(),
        "predicted_images_per_second": len(images) / statistics.median(times),
        "preset": row.preset,
        "config": config.to_dict(),
        "learned_map50": evaluate(seen, learned, class_names).map50,  # far above map50 where it overfits
        **metrics.to_dict(),
    }


def train_row(learned: list, class_names: list[str], row: Row, seed: int, folder: Path):
    """Train what the row asks for, or go on where the folder's checkpoint stopped, under a progress bar."""
    from training.detector.fitting.trainer import train

    with tqdm(total=1.0, bar_format="{l_bar}{bar}| {postfix}", desc="training", mininterval=1) as bar:

        def report(progress) -> None:
            share = progress.step / progress.steps if progress.steps else 0.0
            left = f"{progress.seconds_left:.0f} s left" if progress.seconds_left else "measuring"
            bar.set_postfix_str(
                f"epoch {progress.epoch}/{progress.epochs}, loss {progress.losses['total']:.3f}, "
                f"{progress.images_per_second:.0f} images/s, {left}"
            )
            bar.update(share - bar.n)

        return train(
            learned,
            class_names=class_names,
            config=make_config(row.trained, seed),
            folder=folder,
            report=report,
            load=load_gray,
            budget_minutes=row.minutes,
        )


def print_table(figures: dict) -> None:
    """Print a line for each row, and for a single one a line for each type."""
    print(figures["machine"])
    print(f"{figures['train_images']} images learned, seed {figures['seed']}")
    rows = figures["rows"]
    width = max(map(len, rows), default=0) + 2
    print(f"{'':<{width}}{'minutes':>9}{'epochs':>8}{'parameters':>12}{'images/s':>10}{'mAP':>8}{'mAP50':>8}")
    for name, row in rows.items():
        print(
            f"{name:<{width}}{row['minutes']:>9.1f}{row['epochs']:>8}{row['parameters']:>12,}"
            f"{row['predicted_images_per_second']:>10.0f}{row['map']:>8.3f}{row['map50']:>8.3f}"
        )
    if len(rows) != 1:
        return
    (only,) = rows.values()
    print(f"\n{'type':<{width}}{'boxes':>9}{'mAP':>8}{'mAP50':>8}")
    for name, row in only["per_class"].items():
        print(f"{name:<{width}}{row['boxes']:>9}{row['ap'] or 0:>8.3f}{row['ap50'] or 0:>8.3f}")


if __name__ == "__main__":
    main()
