"""Measure prediction from file to boxes: in batches, one by one, and large frames in tiles; compare runtimes.

.venv/bin/python benchmarks/predict.py --json predict.json
.venv/bin/python benchmarks/predict.py --runtime all

The network has random weights and finds next to nothing, as most images are bare; --model takes a trained
model folder and --data a folder of images. Each figure is the median of --repeats runs that take turns,
in one process; a network that was trained in bfloat16 runs in it, and beside that in float32.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from benchmarks.machine import describe
from benchmarks.runtimes import RUNTIMES, compare

SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff"}
FRAME = (1080, 1920)
DEFECT = 80  # pixels; what the tiles of the frames overlap for
BUDGETS = {"batched": 300.0, "one by one": 100.0, "frames in tiles": 2.0}


def main() -> None:
    """Measure, print tables."""
    options = read_options()
    with tempfile.TemporaryDirectory() as scratch:
        figures = {"machine": describe(), **measure(options, Path(scratch))}
    print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", type=Path, help="model folder (default: the default network, untrained)")
    parser.add_argument("--data", type=Path, help="folder of images (default: synthetic, 224 x 224, JPEG)")
    parser.add_argument("--images", type=int, default=400, help="images in a run (default 400)")
    parser.add_argument("--frames", type=int, default=6, help="frames of 1920 x 1080 in a run (default 6)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each kind (default 3)")
    parser.add_argument(
        "--runtime",
        default="",
        help=f"compare the bare network in these, by commas, or all: {', '.join(RUNTIMES)}",
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def measure(options: argparse.Namespace, scratch: Path) -> dict:
    """Return the figures of all kinds of prediction."""
    from inference.detector import saved_detectors

    small = list_images(options.data, options.images) if options.data else draw(scratch, options.images, 224)
    frames = draw(scratch, options.frames, None)
    model = options.model or make_model(scratch / "model")
    tiled = make_tiled(model, scratch / "tiled", saved_detectors.load(model))
    kinds = {}
    for exact, mark in ((False, ""), (True, ", float32")):
        detector, tiles = (saved_detectors.load(folder, exact=exact) for folder in (model, tiled))
        kinds[f"batched{mark}"] = (detector, small, predict_batched)
        kinds[f"one by one{mark}"] = (detector, small[: max(20, len(small) // 4)], predict_singly)
        kinds[f"frames in tiles{mark}"] = (tiles, frames, predict_batched)
    for loaded, files, predict in kinds.values():
        predict(loaded, files[:40])  # traces
    speeds: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(options.repeats):
        for name, (loaded, files, predict) in kinds.items():
            started = time.perf_counter()
            predict(loaded, files)
            speeds[name].append(len(files) / (time.perf_counter() - started))
    figures = {
        "images_per_second": {name: statistics.median(found) for name, found in speeds.items()},
        "runs": speeds,
    }
    if options.runtime:
        names = list(RUNTIMES) if options.runtime == "all" else options.runtime.split(",")
        figures["runtimes"] = compare(names, repeats=max(3, options.repeats))
    return figures


def list_images(folder: Path, most: int) -> list[Path]:
    """Return up to so many images under a folder."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not found:
        raise SystemExit(f"{folder} holds no image.")
    return found[:most]


def draw(scratch: Path, count: int, side: int | None) -> list[Path]:
    """Write synthetic surfaces: small JPEGs, or frames as PNG where side is None."""
    rng = np.random.default_rng(0)
    height, width = FRAME if side is None else (side, side)
    paths = []
    for number in range(count):
        coarse = rng.normal(128, 30, (height // 8, width // 8)).repeat(8, axis=0).repeat(8, axis=1)
        pixels = np.clip(coarse + rng.normal(0, 6, (height, width)), 0, 255).astype(np.uint8)
        path = scratch / (f"frame-{number}.png" if side is None else f"image-{number}.jpg")
        Image.fromarray(pixels).save(path)
        paths.append(path)
    return paths


def make_model(folder: Path) -> Path:
    """Export the default network with random weights and six classes."""
    from training.detector.config import DetectorConfig
    from training.detector.exporting.export import write_model
    from training.detector.network import build

    config = DetectorConfig()
    names = [f"type {number}" for number in range(6)]
    model = build(config, classes=6, precision="float32")
    for layer in model.layers:
        if getattr(layer, "filters", None) == len(names):
            # As sure of bare ground as a trained network, which leaves suppression little to do.
            layer.bias.assign(np.full(len(names), -7.0))
    return write_model(model, folder, config=config, class_names=names)


def make_tiled(model: Path, folder: Path, detector) -> Path:
    """Copy a model folder and let it look at frames in tiles."""
    import shutil

    from inference.detector.tiling import MARGIN, Tiling

    shutil.copytree(model, folder)
    about = json.loads((folder / "model.json").read_text())
    overlap = -(-int(DEFECT + 2 * MARGIN) // 8) * 8
    about["tiling"] = Tiling(detector.manifest.input_size or 224, overlap).to_dict()
    (folder / "model.json").write_text(json.dumps(about))
    return folder


def read(path: Path) -> np.ndarray:
    """Read a file as rounds and inspections do: native levels, then the gray window."""
    from annotations.imaging import decoding, gray_window

    pixels = decoding.read_pixels(path)
    return gray_window.apply_window(pixels, low=0.0, high=float(np.iinfo(pixels.dtype).max))


def predict_batched(detector, files: list[Path]) -> None:
    """Read ahead in threads and predict in batches."""
    from inference.readahead import batches, count_pixels, read_ahead

    for batch in batches(read_ahead(files, read, weigh=count_pixels), weigh=count_pixels):
        detector.predict(batch)


def predict_singly(detector, files: list[Path]) -> None:
    """Read and predict one image after the other."""
    for path in files:
        detector.predict([read(path)])


def print_table(figures: dict) -> None:
    """Print what was measured beside its budget, and the runtimes side by side."""
    print(figures["machine"])
    print(f"{'from file to boxes':<26}{'images/s':>10}{'runs':>18}{'budget':>10}")
    for name, speed in figures["images_per_second"].items():
        runs = sorted(figures["runs"][name])
        spread = f"{runs[0]:.1f} to {runs[-1]:.1f}"
        print(f"{name:<26}{speed:>10.1f}{spread:>18}{BUDGETS[name.partition(',')[0]]:>10.0f}")
    if "runtimes" not in figures:
        return
    print(
        f"\n{'network alone':<14}{'batch of 32':>14}{'ratio':>8}{'one by one':>14}{'ratio':>8}{'apart':>10}"
    )
    base = figures["runtimes"].get("tensorflow", {})
    for name, row in figures["runtimes"].items():
        if "missing" in row:
            print(f"{name:<14}{row['missing']}")
            continue
        ratios = [row[kind] / base[kind] if base else 1.0 for kind in ("batched", "single")]
        print(
            f"{name:<14}{row['batched']:>14.0f}{ratios[0]:>8.2f}{row['single']:>14.0f}{ratios[1]:>8.2f}"
            f"{row['apart']:>10.1e}"
        )
    print("images a second; apart: largest difference of a score or of a side in pixels from TensorFlow's")


if __name__ == "__main__":
    main()
