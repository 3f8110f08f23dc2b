"""Measure the severity graders on synthetic surfaces, whose true grades are known.

.venv/bin/python benchmarks/grader.py --json grader.json
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

POLICIES = {"scratch": "square", "pit": "square", "column": "column"}


def main() -> None:
    """Train one grader per graded type, grade surfaces that none has seen, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=300, help="surfaces to train on (default 300)")
    parser.add_argument("--calibration", type=int, default=60, help="surfaces that choose the weights")
    parser.add_argument("--test", type=int, default=400, help="surfaces to measure on (default 400)")
    parser.add_argument("--seed", type=int, default=1, help="series of surfaces (default 1)")
    parser.add_argument(
        "--jitter", type=float, default=0.05, help="moves of the test boxes' sides, as a share"
    )
    parser.add_argument("--data", help="not needed: the surfaces are drawn by webapp.demo.surfaces")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = {name: measure_type(name, options) for name in POLICIES}
    print(f"{'type':<10}{'train':>7}{'test':>7}{'accuracy':>10}{'error':>8}{'kappa':>8}{'seconds':>9}")
    for name, row in figures.items():
        print(
            f"{name:<10}{row['train_crops']:>7}{row['crops']:>7}{row['accuracy']:>10.3f}"
            f"{row['mean_grade_error']:>8.3f}{row['kappa']:>8.3f}{row['seconds']:>9.1f}"
        )
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def measure_type(name: str, options: argparse.Namespace) -> dict:
    """Train and measure the grader of one type."""
    from inference import graders
    from training.graders import fit, metrics
    from training.graders.config import GraderConfig

    rng = np.random.default_rng(options.seed)
    ends = np.cumsum([options.images, options.calibration, options.test]).tolist()
    crops, grades = cut(name, range(ends[0]), options.seed, rng, jitter=0.0)
    validation = cut(name, range(ends[0], ends[1]), options.seed, rng, jitter=0.0)
    test_crops, test_grades = cut(name, range(ends[1], ends[2]), options.seed, rng, jitter=options.jitter)
    config = GraderConfig()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        trained = fit.train(
            crops,
            grades,
            levels=5,
            config=config,
            folder=Path(folder) / "training",
            report=lambda progress: show(name, progress),
            validation=validation,
            name=name,
        )
        seconds = time.monotonic() - started
        out = fit.export(trained, Path(folder) / "model", defect_type=name, policy=POLICIES[name])
        probabilities = graders.load(out).predict(test_crops)
    result = metrics.measure(test_grades, probabilities)
    last = trained.history[-1]["step"]
    return {**result, "train_crops": len(grades), "seconds": seconds, "steps": last}


def cut(name: str, numbers: range, seed: int, rng: np.random.Generator, *, jitter: float):
    """Return the crops and grades of one type on the numbered surfaces."""
    from inference.crops import crop
    from webapp.demo import surfaces

    crops, grades = [], []
    for number in numbers:
        pixels, defects = surfaces.make_numbered(number, seed=seed)
        for defect in defects:
            if defect.defect_type == name:
                width, height = defect.xmax - defect.xmin, defect.ymax - defect.ymin
                moves = rng.uniform(-jitter, jitter, 4) * (width, height, width, height)
                box = np.array([defect.xmin, defect.ymin, defect.xmax, defect.ymax]) + moves
                crops.append(crop(pixels, tuple(box), POLICIES[name]))
                grades.append(defect.grade)
    return np.stack(crops), np.array(grades)


def show(name: str, progress) -> None:
    """Write the progress over the last line of a terminal."""
    if sys.stderr.isatty():
        loss = progress.losses["train"]
        sys.stderr.write(f"\r{name}: step {progress.step}/{progress.steps} loss {loss:.3f}   ")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
