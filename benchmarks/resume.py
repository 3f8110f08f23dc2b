"""Kill a training five times at random moments, go on each time, and compare with one that was left alone.

.venv/bin/python benchmarks/resume.py --json resume.json

Trains on small synthetic surfaces for a fixed number of epochs, in a process of its own that is ended by
SIGKILL. Both models are measured on the same held-out images.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.frames import KINDS, make_frames
from benchmarks.machine import describe

SIDE = 160
TRAIN, HELD_OUT = 64, 40


def main() -> None:
    """Train twice, measure, print a table; or, as a child, train."""
    options = read_options()
    if options.child:
        train_on(Path(options.child), options)
        return
    with tempfile.TemporaryDirectory() as scratch:
        figures = measure(options, Path(scratch))
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--epochs", type=int, default=60, help="epochs of 4 steps (default 60)")
    parser.add_argument("--kills", type=int, default=5, help="how often the training is killed (default 5)")
    parser.add_argument("--seed", type=int, default=0, help="chooses the moments and the weights")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def samples_in(folder: Path, count: int, seed: int) -> list:
    """Draw small surfaces, the same in every process."""
    from PIL import Image

    from training.detector.data.samples import Sample

    frames = make_frames(folder / f"images-{seed}", count, seed=seed, width=SIDE, height=SIDE, defects=3)
    return [
        Sample(str(frame.path), frame.boxes, frame.classes, pixels=np.asarray(Image.open(frame.path)))
        for frame in frames
    ]


def train_on(folder: Path, options: argparse.Namespace) -> None:
    """Train in the folder, from its checkpoint on."""
    from training.detector.config import DetectorConfig
    from training.detector.fitting import trainer

    trainer.CHECKPOINT_SECONDS = trainer.EPOCH_CHECKPOINT_SECONDS = 0.5
    config = DetectorConfig(
        seed=options.seed, input_size=SIDE, epochs=options.epochs, warmup_steps=40, ema_decay=0.98
    )

    def report(progress) -> None:
        (folder / "step").write_text(f"{progress.step} {progress.steps}")

    trainer.train(
        samples_in(folder, TRAIN, 1), class_names=KINDS, config=config, folder=folder / "run", report=report
    )


def start(folder: Path, options: argparse.Namespace) -> subprocess.Popen:
    """Start a training in a process of its own."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, __file__, "--child", str(folder)]
    command += ["--epochs", str(options.epochs), "--seed", str(options.seed)]
    return subprocess.Popen(command)


def step_of(folder: Path) -> int:
    """Return the step that was reported last."""
    try:
        return int((folder / "step").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def train_and_kill(folder: Path, options: argparse.Namespace) -> list[int]:
    """Train to the end, killing at random steps on the way; return the steps at which it was killed."""
    steps = options.epochs * -(-TRAIN // 16)
    marks = sorted(random.Random(options.seed).sample(range(1, steps - 1), options.kills))
    killed = []
    while marks:
        child = start(folder, options)
        while child.poll() is None and step_of(folder) < marks[0]:
            time.sleep(0.02)
        if child.poll() is not None:
            break
        child.kill()
        child.wait()
        killed.append(step_of(folder))
        # What was reported after the last checkpoint is trained again.
        marks = [mark for mark in marks[1:] if mark > killed[-1]] or marks[1:]
    if start(folder, options).wait() != 0:
        raise SystemExit("The training failed.")
    return killed


def measure(options: argparse.Namespace, scratch: Path) -> dict:
    """Return the accuracy of both models and how far their weights are apart."""
    from inference.detector import saved_detectors
    from training.detector.exporting.export import export
    from training.detector.fitting import checkpoint
    from training.evaluation.coco_metrics import evaluate

    folders = {"uninterrupted": scratch / "whole", "killed": scratch / "killed"}
    if start(folders["uninterrupted"], options).wait() != 0:
        raise SystemExit("The training failed.")
    killed = train_and_kill(folders["killed"], options)
    held_out = samples_in(scratch, HELD_OUT, 2)
    rows, weights = {}, {}
    for name, folder in folders.items():
        state = checkpoint.restore(folder / "run" / "checkpoint")
        assert state is not None
        assert state is not None
        weights[name] = np.concatenate([array.ravel() for array in state.arrays["average"]])
        detector = saved_detectors.load(export(folder / "run", folder / "model"))
        found = detector.predict([sample.pixels for sample in held_out], min_score=0.01)
        metrics = evaluate(found, held_out, KINDS)
        rows[name] = {"map50": metrics.map50, "map": metrics.map, "steps": state.facts["schedule"]["step"]}
    apart = np.abs(weights["killed"] - weights["uninterrupted"])
    return {
        "machine": describe(),
        "killed_at": killed,
        "rows": rows,
        "largest_difference_of_a_weight": float(apart.max()),
        "identical": bool((apart == 0).all()),
    }


def print_table(figures: dict) -> None:
    """Print a line for each training."""
    print(figures["machine"])
    print(f"{'training':<16}{'steps':>8}{'mAP@.5':>9}{'mAP':>8}")
    for name, row in figures["rows"].items():
        print(f"{name:<16}{row['steps']:>8}{row['map50']:>9.3f}{row['map']:>8.3f}")
    marks = ", ".join(map(str, figures["killed_at"]))
    same = "identical" if figures["identical"] else "not identical"
    print(f"killed at the steps {marks}; the weights are {same}")


if __name__ == "__main__":
    main()
