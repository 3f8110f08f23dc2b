"""Show tiles against resizing: synthetic frames of 1920 x 1080 with defects of 8 to 80 pixels.

.venv/bin/python benchmarks/tiling.py --minutes 6 --json tiling.json

The same network trains twice for --minutes on the same frames, once on tiles at native size and once on
frames shrunk to its input, and is measured on other frames: mAP@.5 by the size of the defects, and frames a
second from file to boxes.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.frames import KINDS, Frame, make_frames
from benchmarks.machine import describe

BUCKETS = ((8, 16), (16, 32), (32, 80))  # pixels of the longer side
ARMS = {"tiles": "always", "resized": "never"}
LEAST_SCORE = 0.01


def main() -> None:
    """Train both arms, measure them side by side, print a table."""
    options = read_options()
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(options, Path(scratch))
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6.0, help="training of each arm (default 6)")
    parser.add_argument("--frames", type=int, default=60, help="frames to learn from (default 60)")
    parser.add_argument("--held-out", type=int, default=20, help="frames to measure on (default 20)")
    parser.add_argument("--input-size", type=int, default=224, help="side of the network's input")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=list(ARMS), help="one arm alone")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def measure(options: argparse.Namespace, scratch: Path) -> dict:
    """Return the figures of both arms."""
    from inference.detector import saved_detectors

    learned = make_frames(scratch / "learned", options.frames, seed=options.seed + 1)
    held_out = make_frames(scratch / "held-out", options.held_out, seed=options.seed + 2)
    arms = [options.only] if options.only else list(ARMS)
    models = {arm: saved_detectors.load(train_arm(arm, learned, options, scratch / arm)) for arm in arms}
    rows: dict[str, dict] = {arm: {} for arm in arms}
    for arm, detector in models.items():
        predict(detector, held_out[:2])  # traces
        rows[arm]["tiling"] = detector.manifest.tiling and detector.manifest.tiling.to_dict()
        rows[arm]["runs"] = []
    for _ in range(3):
        for arm, detector in models.items():
            started = time.perf_counter()
            found = predict(detector, held_out)
            rows[arm]["runs"].append(len(held_out) / (time.perf_counter() - started))
            rows[arm]["map50"] = by_size(found, held_out)
    for row in rows.values():
        row["frames_per_second"] = float(np.median(row["runs"]))
    return {
        "machine": describe(),
        "minutes": options.minutes,
        "frames": options.frames,
        "held_out": options.held_out,
        "input_size": options.input_size,
        "arms": rows,
    }


def train_arm(arm: str, frames: list[Frame], options: argparse.Namespace, folder: Path) -> Path:
    """Train one arm within its minutes and return its model folder."""
    from training.detector.config import DetectorConfig
    from training.detector.exporting.export import export
    from training.detector.fitting.trainer import train

    config = DetectorConfig(seed=options.seed, input_size=options.input_size, tiles=ARMS[arm])

    def report(progress) -> None:
        print(
            f"\r{arm}: step {progress.step}/{progress.steps or '?'}, loss {progress.losses['total']:.3f}, "
            f"{progress.images_per_second:.0f} examples/s",
            end="",
            file=sys.stderr,
        )

    train(
        [as_sample(frame) for frame in frames],
        class_names=KINDS,
        config=config,
        folder=folder,
        report=report,
        load=read,
        budget_minutes=options.minutes,
    )
    print(file=sys.stderr)
    return export(folder, folder / "model")


def read(path: str | Path) -> np.ndarray:
    """Read an 8-bit frame."""
    from annotations.imaging import decoding

    return decoding.read_pixels(path)


def as_sample(frame: Frame):
    """Return a frame as the detector takes it."""
    from training.detector.data.samples import Sample

    return Sample(str(frame.path), frame.boxes, frame.classes)


def predict(detector, frames: list[Frame]) -> list:
    """Find defects from file to boxes, reading ahead."""
    from inference.readahead import batches, count_pixels, read_ahead

    found = []
    paths = [frame.path for frame in frames]
    for batch in batches(read_ahead(paths, read, weigh=count_pixels), weigh=count_pixels):
        found += detector.predict(batch, min_score=LEAST_SCORE)
    return found


def by_size(found: list, frames: list[Frame]) -> dict[str, float | None]:
    """Return mAP@.5 for all defects and for each bucket; those of other sizes count neither way."""
    return {"all": map50(found, frames, 0, np.inf)} | {
        f"{low}-{high}": map50(found, frames, low, high) for low, high in BUCKETS
    }


def map50(found: list, frames: list[Frame], low: float, high: float) -> float | None:
    """Return mAP@.5 over defects whose longer side is in [low, high); other findings are left out."""
    from training.detector.data.samples import Sample
    from training.evaluation.coco_metrics import evaluate

    truths, kept = [], []
    for boxes, frame in zip(found, frames, strict=True):
        sides = (frame.boxes[:, 2:] - frame.boxes[:, :2]).max(axis=1)
        others = (sides < low) | (sides >= high)
        truths.append(Sample(str(frame.path), frame.boxes, frame.classes, others))
        # A finding a third smaller or larger may still be one of this bucket.
        kept.append([b for b in boxes if low / 1.5 <= max(b.xmax - b.xmin, b.ymax - b.ymin) < high * 1.5])
    return evaluate(kept, truths, KINDS).map50


def print_table(figures: dict) -> None:
    """Print a line for each arm."""
    print(figures["machine"])
    print(
        f"{figures['frames']} frames of 1920 x 1080 trained for {figures['minutes']:g} minutes an arm, "
        f"{figures['held_out']} measured, input {figures['input_size']}"
    )
    buckets = ["all", *(f"{low}-{high}" for low, high in BUCKETS)]
    head = "".join(f"{f'{bucket} px' if bucket != 'all' else 'all':>12}" for bucket in buckets)
    print(f"{'mAP@.5':<10}{head}{'frames/s':>12}")
    for arm, row in figures["arms"].items():
        cells = "".join(f"{row['map50'][bucket] or 0:>12.3f}" for bucket in buckets)
        print(f"{arm:<10}{cells}{row['frames_per_second']:>12.2f}")


if __name__ == "__main__":
    main()
