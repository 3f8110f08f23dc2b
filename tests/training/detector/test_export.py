import json

import numpy as np
import pytest
import tensorflow as tf

from inference.detector import saved_detectors
from training.detector.config import DetectorConfig
from training.detector.exporting import export
from training.detector.network import build, decode, make_points
from training.detector.nms import suppress
from training.evaluation.coco_metrics import evaluate

pytestmark = pytest.mark.slow


def test_the_exported_model_finds_what_it_learned(square_model, square_training):
    _, samples, _ = square_training
    detector = saved_detectors.load(square_model)
    found = detector.predict([sample.pixels for sample in samples])
    metrics = evaluate(found, samples, ["bright", "ring"])
    assert metrics.map50 > 0.8


def test_the_exported_model_agrees_with_the_network_in_memory(square_model, square_training):
    _, samples, trained = square_training
    best = saved_detectors.load(square_model).predict([samples[3].pixels])[0][0]
    logits, distances = trained.model(samples[3].pixels[None, ..., None], training=False)
    boxes = decode(distances, *(tf.constant(part) for part in make_points(64)))
    found = suppress(
        tf.sigmoid(logits), tf.clip_by_value(boxes, 0, 64), most=1, iou=0.5, vote=0.5, least=0.01
    )
    assert best.class_name == trained.class_names[int(found.classes[0, 0])]
    assert best.score == pytest.approx(float(found.scores[0, 0]), abs=1e-3)
    np.testing.assert_allclose([best.xmin, best.ymin, best.xmax, best.ymax], found.boxes[0, 0], atol=0.05)


def test_the_serving_signature_is_the_object_detection_apis(square_model, square_training):
    _, samples, _ = square_training
    serve = tf.saved_model.load(str(square_model / "saved_model")).signatures["serving_default"]
    spec = serve.structured_input_signature[1]["input_tensor"]
    assert spec.dtype == tf.uint8
    assert spec.shape.as_list() == [1, None, None, 3]
    pixels = np.repeat(samples[0].pixels[None, ..., None], 3, axis=-1)
    outputs = serve(input_tensor=tf.constant(pixels))
    assert {name: (value.dtype, value.shape.as_list()) for name, value in outputs.items()} == {
        "num_detections": (tf.float32, [1]),
        "detection_boxes": (tf.float32, [1, 100, 4]),
        "detection_scores": (tf.float32, [1, 100]),
        "detection_classes": (tf.float32, [1, 100]),
    }
    count = int(outputs["num_detections"][0])
    scores = outputs["detection_scores"][0, :count].numpy()
    assert count > 0
    assert (np.diff(scores) <= 0).all()
    assert set(outputs["detection_classes"][0].numpy()) <= {1.0, 2.0}
    ymin, xmin, ymax, xmax = outputs["detection_boxes"][0, 0].numpy() * 64
    np.testing.assert_allclose([xmin, ymin, xmax, ymax], samples[0].boxes[0], atol=6)


def test_both_signatures_find_the_same(square_model, square_training):
    _, samples, _ = square_training
    signatures = tf.saved_model.load(str(square_model / "saved_model")).signatures
    pixels = samples[1].pixels[None, ..., None]
    one = signatures["serving_default"](input_tensor=tf.constant(np.repeat(pixels, 3, axis=-1)))
    many = signatures["batch"](images=tf.constant(pixels))
    np.testing.assert_allclose(one["detection_boxes"], many["boxes"], atol=1e-5)
    np.testing.assert_allclose(one["detection_scores"], many["scores"], atol=1e-5)


def test_a_network_trained_in_bfloat16_finds_the_same_in_it_and_in_float32(
    square_model, square_training, tmp_path, monkeypatch
):
    _, samples, _ = square_training
    manifest = saved_detectors.read_manifest(square_model)
    config = DetectorConfig.from_dict(manifest.config | {"precision": "bfloat16"})
    network = build(config, classes=len(manifest.class_names), precision="float32")
    network.load_weights(square_model / "weights.weights.h5")
    model = export.write_model(network, tmp_path / "model", config=config, class_names=manifest.class_names)
    images = [sample.pixels for sample in samples[:8]]

    def find(folder, *, native, exact=False):
        monkeypatch.setattr(saved_detectors, "multiplies_bfloat16", lambda: native)
        return saved_detectors.load(folder, exact=exact).predict(images, min_score=0.3)

    exact = find(model, native=True, exact=True)
    assert exact == find(model, native=False) == find(square_model, native=True)
    quick = find(model, native=True)
    assert quick != exact
    for ours, theirs in zip(quick, exact, strict=True):
        assert [one.class_name for one in ours] == [one.class_name for one in theirs]
        for a, b in zip(ours, theirs, strict=True):
            assert a.score == pytest.approx(b.score, abs=0.03)
            assert (a.xmin, a.ymin, a.xmax, a.ymax) == pytest.approx((b.xmin, b.ymin, b.xmax, b.ymax), abs=1)


def test_boxes_of_a_wide_image_are_in_its_own_pixels(square_model, square_training):
    _, samples, _ = square_training
    wide = np.full((64, 72), 75, np.uint8)
    wide[:, :64] = samples[0].pixels
    doubled = wide.repeat(2, axis=0).repeat(2, axis=1)
    small, large = saved_detectors.load(square_model).predict([wide, doubled])
    a, b = small[0], large[0]
    np.testing.assert_allclose(
        [b.xmin, b.ymin, b.xmax, b.ymax], np.array([a.xmin, a.ymin, a.xmax, a.ymax]) * 2, atol=4
    )
    assert max(box.xmax for box in small) <= 72
    assert max(box.ymax for box in small) <= 64


def test_the_folder_describes_itself(square_model):
    manifest = saved_detectors.read_manifest(square_model)
    assert manifest.class_names == ("bright", "ring")
    assert manifest.thresholds == {"bright": None, "ring": 0.5}
    assert (manifest.channels, manifest.input_size, manifest.window) == (1, 64, (0.0, 255.0))
    assert (square_model / "weights.weights.h5").stat().st_size > 10_000
    assert sorted(path.name for path in square_model.parent.iterdir()) == [square_model.name]


def test_thresholds_can_be_set_after_calibration(square_training, tmp_path):
    folder, _, _ = square_training
    model = export.export(folder, tmp_path / "model", window=(100, 4000))
    export.write_thresholds(model, {"bright": 0.7})
    facts = json.loads((model / "model.json").read_text())
    assert facts["thresholds"] == {"bright": 0.7, "ring": None}
    assert facts["window"] == [100, 4000]


def test_an_existing_model_is_not_overwritten(square_training, square_model):
    folder, _, _ = square_training
    with pytest.raises(FileExistsError):
        export.export(folder, square_model)


def test_a_failed_export_leaves_nothing(square_training, tmp_path, monkeypatch):
    folder, _, _ = square_training

    def fail(*args, **more):
        raise OSError("disk full")

    monkeypatch.setattr(export.tf.saved_model, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        export.export(folder, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_training_cannot_be_exported(tmp_path):
    with pytest.raises(export.NotTrained):
        export.export(tmp_path, tmp_path / "model")
