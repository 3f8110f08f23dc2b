"""Small defects on large frames are learned and found at native size, by our code and by the graph alone."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from inference.detector import saved_detectors
from inference.detector.tiling import Tiling
from tests.training.squares import TINY, be_silent
from training.detector.data.samples import Sample
from training.detector.exporting.export import export
from training.detector.exporting.tiled_graph import find_in_tiles
from training.detector.fitting.trainer import train
from training.evaluation.coco_metrics import evaluate

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
    detector = saved_detectors.load(model)
    assert detector.manifest.tiling.size == 64
    assert detector.manifest.tiling.overlap >= 14
    frames = draw_frames(4, seed=2)
    found = detector.predict([frame.pixels for frame in frames])
    assert evaluate(found, frames, ["dot"]).map50 > 0.7
    sure = [sum(box.score > 0.4 for box in boxes) for boxes in found]
    assert all(4 <= count <= 6 for count in sure)


def test_the_exported_graph_cuts_frames_by_itself_and_finds_the_same(model):
    serve = tf.saved_model.load(str(model / "saved_model")).signatures["serving_default"]
    detector = saved_detectors.load(model)
    for frame in draw_frames(2, seed=3):
        color = np.repeat(frame.pixels[None, ..., None], 3, axis=-1)
        found = serve(input_tensor=tf.constant(color))
        count = int(found["num_detections"][0])
        height, width = frame.pixels.shape
        boxes = found["detection_boxes"][0, :count].numpy() * [height, width, height, width]
        scores = found["detection_scores"][0, :count].numpy()
        assert found["detection_boxes"].shape == (1, 100, 4)
        wanted = [box for box in detector.predict([frame.pixels])[0] if box.score > 0.3]
        assert len(wanted) >= 4
        # Scores may differ where pieces are joined, which the graph does not do; the places may not.
        assert abs(int((scores > 0.3).sum()) - len(wanted)) <= 1
        for ours in wanted:
            box = np.array([ours.ymin, ours.xmin, ours.ymax, ours.xmax])
            assert np.abs(boxes[scores > 0.2] - box).max(axis=1).min() < 4


def perfect_look(size):
    """Return a network that answers with the bright rectangle that a tile shows."""

    def look(tiles):
        bright = tf.cast(tiles[..., 0] == 220, tf.float32)
        across, down = tf.reduce_max(bright, axis=1), tf.reduce_max(bright, axis=2)
        there = tf.reduce_max(across, axis=1)
        xmin, ymin = tf.argmax(across, axis=1), tf.argmax(down, axis=1)
        xmax = size - tf.argmax(across[:, ::-1], axis=1)
        ymax = size - tf.argmax(down[:, ::-1], axis=1)
        boxes = tf.cast(tf.stack([xmin, ymin, xmax, ymax], axis=-1), tf.float32)
        return there[:, None, None] * 0.9, boxes[:, None]

    return look


@pytest.mark.parametrize("box", [(0, 0, 9, 9), (35, 50, 50, 66), (60, 30, 79, 48), (231, 131, 250, 150)])
def test_a_perfect_network_in_the_graph_finds_a_box_exactly_once(box):
    frame = np.full((150, 250, 1), 80, np.uint8)
    frame[box[1] : box[3], box[0] : box[2]] = 220
    boxes, scores, classes = find_in_tiles(
        tf.constant(frame),
        perfect_look(64),
        Tiling(64, 24, (1, 2)),
        most=100,
        iou=0.5,
        vote=0.5,
        score=0.01,
    )
    found = boxes.numpy() * [150, 250, 150, 250]
    np.testing.assert_allclose(found, [[box[1], box[0], box[3], box[2]]], atol=1e-3)
    assert (scores.numpy().tolist(), classes.numpy().tolist()) == ([pytest.approx(0.9)], [0.0])
