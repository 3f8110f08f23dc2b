"""Measure the severity graders on synthetic surfaces, whose true grades are known.

.venv/bin/python benchmarks/grader.py --json grader.json
.venv/bin/python benchmarks/grader.py --types column --compare policy=square,column loss=ordinal,focal
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

from benchmarks.machine import describe

POLICIES = {"scratch": "square", "pit": "square", "column": "column"}
HEADER = (
    "type",
    "setting",
    "parameters",
    "train",
    "test",
    "accuracy",
    "error",
    "kappa",
    "ECE",
    "crops/s",
    "s",
)


def main() -> None:
    """Train one grader per graded type and setting, grade surfaces that none has seen, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=300, help="surfaces to train on (default 300)")
    parser.add_argument("--calibration", type=int, default=60, help="surfaces that choose the weights")
    parser.add_argument("--test", type=int, default=400, help="surfaces to measure on (default 400)")
    parser.add_argument("--seed", type=int, default=1, help="series of surfaces (default 1)")
    parser.add_argument(
        "--jitter", type=float, default=0.05, help="moves of the test boxes' sides, as a share"
    )
    parser.add_argument("--types", nargs="+", default=list(POLICIES), choices=list(POLICIES))
    parser.add_argument(
        "--compare",
        nargs="+",
        default=[],
        metavar="NAME=VALUE,VALUE",
        help="settings of GraderConfig, or policy, each with the values to try beside each other",
    )
    parser.add_argument("--data", help="not needed: the surfaces are drawn by webapp.demo.surfaces")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    rows = []
    print(describe())
    print("{:<9}{:<22}{:>11}{:>7}{:>6}{:>10}{:>7}{:>7}{:>7}{:>9}{:>7}".format(*HEADER))
    for name in options.types:
        for settings in settings_of(options.compare):
            row = measure_type(name, settings, options)
            rows.append(row)
            print(
                f"{name:<9}{row['setting']:<22}{row['parameters']:>11,}{row['train_crops']:>7}{row['crops']:>6}"
                f"{row['accuracy']:>10.3f}{row['mean_grade_error']:>7.3f}{row['kappa']:>7.3f}{row['ece']:>7.3f}"
                f"{row['crops_per_second']:>9.0f}{row['seconds']:>7.1f}",
                flush=True,
            )
            if options.json:
                options.json.write_text(json.dumps({"machine": describe(), "rows": rows}, indent=2))


def settings_of(compare: list[str]) -> list[dict]:
    """Return the defaults, or an entry for each value that `compare` names; a value is JSON, or a text."""
    found = []
    for entry in compare:
        name, _, values = entry.partition("=")
        for text in values.split(","):
            try:
                found.append({name: json.loads(text)})
            except ValueError:
                found.append({name: text})
    return found or [{}]


def measure_type(name: str, settings: dict, options: argparse.Namespace) -> dict:
    """Train and measure the grader of one type with `settings` beside the defaults."""
    from inference.graders import saved_graders
    from training.graders import metrics, trainer
    from training.graders.config import GraderConfig

    chosen = dict(settings)
    policy = chosen.pop("policy", POLICIES[name])
    config = GraderConfig(**chosen)
    cut_as = {"policy": policy, "shape": config.shape_for(policy)}
    rng = np.random.default_rng(options.seed)
    ends = np.cumsum([options.images, options.calibration, options.test]).tolist()
    crops, grades = cut(name, range(ends[0]), options.seed, rng, jitter=0.0, **cut_as)
    validation = cut(name, range(ends[0], ends[1]), options.seed, rng, jitter=0.0, **cut_as)
    seen = range(ends[1], ends[2])
    test_crops, test_grades = cut(name, seen, options.seed, rng, jitter=options.jitter, **cut_as)
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        trained = trainer.train(
            crops,
            grades,
            levels=5,
            config=config,
            folder=Path(folder) / "training",
            report=lambda progress: show(name, progress),
            validation=validation,
            name=name,
            policy=policy,
        )
        seconds = time.monotonic() - started
        grader = saved_graders.load(trainer.export(trained, Path(folder) / "model", defect_type=name))
        grader.predict(test_crops[:8])  # the first call traces the graph
        started = time.monotonic()
        probabilities = grader.predict(test_crops)
        rate = len(test_crops) / (time.monotonic() - started)
    return {
        "type": name,
        "setting": ", ".join(f"{key}={value}" for key, value in settings.items()) or "default",
        **metrics.measure(test_grades, probabilities),
        "parameters": trained.model.count_params(),
        "temperature": trained.temperature,
        "train_crops": len(grades),
        "crops_per_second": rate,
        "seconds": seconds,
        "steps": trained.history[-1]["step"],
    }


def cut(
    name: str,
    numbers: range,
    seed: int,
    rng: np.random.Generator,
    *,
    jitter: float,
    policy: str,
    shape: tuple[int, int],
):
    """Return the crops and grades of one type on the numbered surfaces."""
    from inference.graders.crops import crop
    from webapp.demo import surfaces

    crops, grades = [], []
    for number in numbers:
        pixels, defects = surfaces.make_numbered(number, seed=seed)
        for defect in defects:
            if defect.defect_type == name:
                width, height = defect.xmax - defect.xmin, defect.ymax - defect.ymin
                moves = rng.uniform(-jitter, jitter, 4) * (width, height, width, height)
                box = np.array([defect.xmin, defect.ymin, defect.xmax, defect.ymax]) + moves
                crops.append(crop(pixels, tuple(box), policy, shape=shape))
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
