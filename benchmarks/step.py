"""What one training step of the detector costs, made in several ways side by side.

.venv/bin/python benchmarks/step.py --json step.json

Batches of 16 synthetic gray images of 224 × 224 with three defects each. The ways take turns, each for a few
steps at a time, so that a machine that becomes slower meanwhile slows all of them; the medians are compared.
Accuracy is not measured here: `benchmarks/detector.py --compare` does that.
"""

import argparse
import json
import os
import statistics
import sys
import time
from contextlib import closing
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.machine import describe

IMAGES, SIDE, DEFECTS, CLASSES = 256, 224, 3, 6
TURN = 12  # steps of one way before the next has its turn
# name, what differs in the settings, how the step is made: "" as training does, "xla", or "in turn"
WAYS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("as training does it", {}, ""),
    ("batches made between the steps", {}, "in turn"),
    ("float32", {"precision": "float32"}, ""),
    ("compiled by XLA", {}, "xla"),
    ("AdamW for all weights", {"optimizer": "adamw"}, ""),
    ("first widths 8, 16", {"widths": (8, 16, 48, 96, 128)}, ""),
    ("first widths 16, 32", {"widths": (16, 32, 48, 96, 128)}, ""),
    ("distributions, 16 bins", {"distance_bins": 16}, ""),
    ("re-parameterised blocks", {"blocks": "rep"}, ""),
    ("without pasted defects", {"copy_paste": 0.0}, ""),
    ("mosaic and mixup on 3 of 10", {"mosaic": 0.3, "mixup": 0.3}, ""),
)


def main() -> None:
    """Measure, print a table."""
    options = read_options()
    ways = [way for way in WAYS if options.only is None or options.only in way[0]]
    samples = make_samples()
    runs = {name: prepare(samples, settings, how) for name, settings, how in ways}
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(options.turns):
        for name, run in runs.items():
            times[name].append(run(TURN))
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(describe())
    print_table(medians)
    if options.json:
        figures = {"machine": describe(), "seconds": times, "medians": medians}
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=7, help="turns of each way (default 7)")
    parser.add_argument("--only", help="only ways whose name holds this text")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def make_samples() -> list:
    """Return noise with squares on it; what it shows costs nothing."""
    from training.detector.data.samples import Sample

    rng = np.random.default_rng(0)
    samples = []
    for number in range(IMAGES):
        corners = rng.uniform(0, SIDE - 80, (DEFECTS, 2))
        boxes = np.concatenate([corners, corners + rng.uniform(10, 80, (DEFECTS, 2))], axis=1)
        pixels = rng.integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
        samples.append(Sample(str(number), boxes, rng.integers(CLASSES, size=DEFECTS), pixels=pixels))
    return samples


def prepare(samples: list, settings: dict, how: str):
    """Return a function that makes so many steps and returns the seconds of one."""
    import tensorflow as tf

    from training.detector.config import DetectorConfig
    from training.detector.data.batches import EpochSampler, PictureCache, make_batch, prefetch
    from training.detector.data.tile_sampling import lay_out
    from training.detector.fitting.learner import Learner

    config = replace(DetectorConfig(), **settings)
    learner = Learner(config, classes=CLASSES)
    if how == "xla":
        learner._step = tf.function(learner._step_eagerly, jit_compile=True)
    cache = PictureCache(samples, None, config)
    order = EpochSampler(lay_out(samples, None, None, config=config), config)

    def make(step: int):
        return make_batch(cache, order, step, mosaic=True)

    def run(steps: int, warm: int = 2) -> float:
        in_turn = how == "in turn"
        batches = (make(step) for step in count()) if in_turn else prefetch(make, 0)
        with closing(batches):
            for number, batch in enumerate(islice(batches, steps + warm)):
                if number == warm:
                    started = time.perf_counter()
                float(learner.step(batch, 1e-5)["total"])  # asked for, so that the step has ended
            return (time.perf_counter() - started) / steps

    run(1)  # traced and compiled outside of what is measured
    return run


def print_table(medians: dict[str, float]) -> None:
    """Print a line for each way, beside the first."""
    first = next(iter(medians.values()))
    width = max(map(len, medians)) + 2
    print(f"{'':<{width}}{'ms a step':>10}{'images/s':>10}{'time':>7}")
    for name, seconds in medians.items():
        print(f"{name:<{width}}{seconds * 1000:>10.0f}{16 / seconds:>10.0f}{seconds / first:>7.2f}")


if __name__ == "__main__":
    main()
