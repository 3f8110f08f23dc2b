"""Options of the network and of training that are off by default do what their papers say."""

import math
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.squares import TINY, be_silent, draw_squares
from training.detector.backbones import RepConv
from training.detector.config import BadConfig, DetectorConfig
from training.detector.data.augmentation import Picture
from training.detector.data.mixing import blend, paste
from training.detector.exporting.serving import Serving
from training.detector.fitting.losses import distribution_loss, focal_quality_loss
from training.detector.fitting.trainer import train
from training.detector.network import decode, expect, make_points, mirror_points


def test_the_mean_of_a_distribution_is_the_distance():
    logits = np.full((1, 4, 8), -30.0, np.float32)
    logits[0, range(4), [1, 2, 3, 4]] = 10.0
    logits[0, 0, 2] = 10.0  # half between 1 and 2
    np.testing.assert_allclose(expect(tf.constant(logits.reshape(1, 32))), [[1.5, 2, 3, 4]], rtol=1e-4)
    box = decode(tf.constant(logits.reshape(1, 32)), tf.constant([[40.0, 40.0]]), tf.constant([8.0]))
    np.testing.assert_allclose(box, [[28, 24, 64, 72]], rtol=1e-4)


def test_the_distribution_loss_is_least_at_the_two_bins_beside_the_truth():
    points, strides = tf.constant([[16.0, 16.0]]), tf.constant([8.0])
    boxes = tf.constant([[[2.0, 8.0, 24.0, 20.0]]])  # 1.75, 1, 1, 0.5 strides away
    truth = np.array([[0, 0.25, 0.75, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0]], np.float32)

    def measure(shares):
        logits = np.log(shares + 1e-9).reshape(1, 1, 16)
        return float(distribution_loss(tf.constant(logits), boxes, points, strides)[0, 0])

    entropy = (-0.25 * math.log(0.25) - 0.75 * math.log(0.75) + 2 * 0.5 * math.log(2)) / 4
    assert measure(truth) == pytest.approx(entropy, abs=1e-3)
    assert measure(np.full((4, 4), 0.25, np.float32)) > entropy + 0.5


def test_the_focal_quality_loss_vanishes_where_the_score_is_right():
    logits = tf.constant([0.0, 0.0, 3.0])
    loss = focal_quality_loss(logits, tf.constant([0.5, 1.0, 0.0]), power=2.0).numpy()
    assert loss[0] == pytest.approx(0.0, abs=1e-9)
    assert loss[1] == pytest.approx(0.25 * math.log(2), rel=1e-4)
    score = 1 / (1 + math.exp(-3))
    assert loss[2] == pytest.approx(score**2 * -math.log(1 - score), rel=1e-4)


@pytest.mark.parametrize(
    ("precision", "tolerance"), [("float32", 0.02), ("mixed_bfloat16", 0.08)], ids=["float32", "bfloat16"]
)
def test_a_fused_convolution_does_what_its_branches_do(precision, tolerance):
    keras.utils.set_random_seed(0)
    layer = RepConv(dtype=precision)
    x = tf.random.stateless_normal([4, 9, 9, 6], seed=(1, 2))
    layer(x)
    for norm in layer.norms:
        norm.momentum = 0.0  # take over the statistics of this batch
        norm.gamma.assign(tf.random.stateless_uniform([6], seed=(3, 4)) + 0.5)
        norm.beta.assign(tf.random.stateless_uniform([6], seed=(5, 6)))
    trained = layer(x, training=True)
    # Bessel's correction of the kernel's variance, and rounding, are the only differences.
    np.testing.assert_allclose(layer(x, training=False), trained, atol=tolerance)
    assert trained.dtype == "float32"


def test_the_twin_of_a_point_lies_at_its_mirrored_place():
    points, strides = make_points(64)
    twins = mirror_points(64)
    np.testing.assert_allclose(points[twins], np.stack([64 - points[:, 0], points[:, 1]], axis=1))
    np.testing.assert_allclose(strides[twins], strides)


@pytest.mark.slow
def test_all_options_together_train_export_and_predict(tmp_path):
    options = {"blocks": "rep", "distance_bins": 8, "class_loss": "quality-focal", "flip_test": True}
    mixing = {"mosaic": 0.3, "mixup": 0.3, "copy_paste": 0.5}
    config = replace(TINY, epochs=2, precision="bfloat16", **options, **mixing)
    trained = train(
        draw_squares(16),
        class_names=["bright", "ring"],
        config=config,
        folder=tmp_path,
        report=be_silent,
    )
    assert {"total", "class", "box", "sides"} == set(trained.losses)
    assert all(math.isfinite(value) for value in trained.losses.values())
    serving = Serving(trained.model, config)
    images = tf.constant(draw_squares(1)[0].pixels[None, ..., None])
    scores, boxes = serving._predict(images, trained.model)
    mirrored_scores, mirrored = serving._predict(tf.reverse(images, [2]), trained.model)
    twins = mirror_points(64)
    np.testing.assert_allclose(tf.gather(mirrored_scores, twins, axis=1), scores, atol=1e-4)
    np.testing.assert_allclose(64 - tf.gather(mirrored, twins, axis=1)[..., 2], boxes[..., 0], atol=1e-2)


def square(level, boxes, *, size=64):
    pixels = np.full((size, size, 1), level, np.uint8)
    for xmin, ymin, xmax, ymax in boxes:
        pixels[ymin:ymax, xmin:xmax] = 220
    return Picture(pixels, np.array(boxes, np.float32).reshape(-1, 4), np.zeros(len(boxes), np.int32))


def test_pasted_defects_lie_on_free_ground_inside_the_picture_with_their_boxes():
    ground, source = square(90, [[0, 0, 20, 20]]), square(120, [[30, 30, 40, 42]])
    large = np.array([[5, 5, 60, 60]], np.float32)
    source = Picture(source.pixels, np.concatenate([source.boxes, large]), np.zeros(2, np.int32))
    found = paste(ground, source, np.random.default_rng(0))
    assert len(found.boxes) == 2  # the large one is left where it is
    xmin, ymin, xmax, ymax = found.boxes[1].astype(int)
    assert (xmax - xmin, ymax - ymin) == (10, 12)
    assert xmin >= 20 or ymin >= 20
    # The defect keeps its contrast and takes the ground's level.
    assert abs(int(found.pixels[ymin + 5, xmin + 5, 0]) - 190) <= 2
    np.testing.assert_array_equal(ground.pixels, square(90, [[0, 0, 20, 20]]).pixels)


def test_nothing_is_pasted_where_no_ground_is_free():
    ground = square(90, [[0, 0, 64, 64]])
    assert len(paste(ground, square(90, [[5, 5, 15, 15]]), np.random.default_rng(0)).boxes) == 1


def test_mixed_images_keep_both_sets_of_boxes():
    found = blend(square(0, [[0, 0, 8, 8]]), square(200, [[9, 9, 12, 12]]), np.random.default_rng(0))
    assert len(found.boxes) == len(found.classes) == 2
    assert 60 < int(found.pixels[40, 40, 0]) < 140


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ({"tiles": "sometimes"}, "tiles"),
        ({"tile_overlap": 224}, "tile_overlap"),
        ({"empty_tiles": 1.0}, "empty_tiles"),
        ({"blocks": "dense"}, "blocks"),
        ({"class_loss": "hinge"}, "class_loss"),
        ({"distance_bins": 2}, "distance_bins"),
        ({"mixup": 1.5}, "mixup"),
        ({"patience": -0.1}, "patience"),
    ],
)
def test_a_wrong_option_is_named(setting, name):
    with pytest.raises(BadConfig, match=name):
        DetectorConfig(**setting)
