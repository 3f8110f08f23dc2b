"""Small defects on large frames are learned and found at native size, by our code and by the graph alone."""

from dataclasses import replace

import numpy as np
import pytest

from inference import detectors
from tests.training.squares import TINY, be_silent
from training.detector.export import export
from training.detector.fit import train
from training.detector.samples import Sample
from training.evaluation import evaluate

pytestmark = pytest.mark.slow


def draw_frames(count, *, seed):
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(count):
        pixels = rng.integers(60, 90, (150, 250)).astype(np.uint8)
        boxes = []
        for column, row in rng.permutation([(c, r) for c in range(5) for r in range(3)])[:5]:
            side = int(rng.integers(8, 14))
            x, y = np.array([column * 50, row * 50]) + rng.integers(2, 34, 2)
            pixels[y : y + side, x : x + side] = 220
            boxes.append([x, y, x + side, y + side])
        frames.append(Sample(f"frame-{number}", boxes, [0] * 5, pixels=pixels))
    return frames


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tiled")
    config = replace(TINY, tiles="auto", epochs=40)
    train(draw_frames(4, seed=1), class_names=["dot"], config=config, folder=folder, report=be_silent)
    return export(folder, folder / "model")


def test_a_tiled_model_finds_small_defects_on_new_frames_once_each(model):
    detector = detectors.load(model)
    assert detector.card.tiling.size == 64
    assert detector.card.tiling.overlap >= 14
    frames = draw_frames(4, seed=2)
    found = detector.predict([frame.pixels for frame in frames])
    assert evaluate(found, frames, ["dot"]).map50 > 0.7
    sure = [sum(box.score > 0.4 for box in boxes) for boxes in found]
    assert all(4 <= count <= 6 for count in sure)
