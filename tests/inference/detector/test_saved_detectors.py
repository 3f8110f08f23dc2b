import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from inference.detector import saved_detectors
from inference.detector.saved_detectors import Detection
from inference.model_folders import BrokenModel

MANIFEST = {
    "format": 1,
    "kind": "detector",
    "config": {},
    "class_names": ["scratch", "pit"],
    "thresholds": {"scratch": 0.5, "pit": None},
    "channels": 1,
    "input_size": None,
    "window": [0, 255],
}


def write_model(
    folder, *, signature="serving_default", dtype=tf.uint8, drop=(), number=2.0, manifest=MANIFEST
):
    """Write a model in the TensorFlow Object Detection API's shape that always finds the same two boxes."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], dtype, name="input_tensor")])
    def serve(input_tensor):
        bright = tf.reduce_mean(tf.cast(input_tensor, tf.float32)) / 255.0
        outputs = {
            "num_detections": tf.constant([2.0]),
            "detection_boxes": tf.constant(
                [[[0.1, 0.2, 0.5, 0.6], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]]]
            ),
            "detection_scores": tf.stack([[bright, 0.25, 0.0]]),
            "detection_classes": tf.constant([[number, 1.0, 1.0]]),
        }
        return {name: value for name, value in outputs.items() if name not in drop}

    module.serve = serve
    folder.mkdir(exist_ok=True)
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={signature: serve})
    (folder / "model.json").write_text(json.dumps(manifest))
    return folder


@pytest.fixture(scope="module")
def foreign_model(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("foreign"))


def test_a_model_of_the_object_detection_api_predicts_in_pixels(foreign_model):
    detector = saved_detectors.load(foreign_model)
    found = detector.predict([np.full((100, 50), 204, np.uint8), np.full((20, 10, 3), 255, np.uint8)])
    first, second = found
    assert [box.class_name for box in first] == ["pit", "scratch"]
    assert first[0].score == pytest.approx(0.8)
    best = first[0]
    np.testing.assert_allclose([best.xmin, best.ymin, best.xmax, best.ymax], [10, 10, 30, 50], rtol=1e-5)
    assert second[1] == Detection("scratch", 0.0, 0.0, 10.0, 20.0, 0.25)


def test_boxes_below_the_score_and_beyond_the_count_are_left_out(foreign_model):
    detector = saved_detectors.load(foreign_model)
    image = np.full((10, 10), 204, np.uint8)
    assert len(detector.predict([image], min_score=0.5)[0]) == 1
    assert len(detector.predict([image], max_boxes=1)[0]) == 1
    assert detector.predict([]) == []


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint16), np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4), np.uint8)],
)
def test_an_image_that_is_not_uint8_gray_or_color_is_refused(foreign_model, image):
    with pytest.raises(ValueError, match="Image 0"):
        saved_detectors.load(foreign_model).predict([image])


def test_a_class_that_has_no_name_is_reported(tmp_path):
    detector = saved_detectors.load(write_model(tmp_path / "model", number=7.0))
    with pytest.raises(BrokenModel, match=r"found class 7, but model\.json names 2 classes"):
        detector.predict([np.full((10, 10), 200, np.uint8)])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"drop": ("detection_scores",)}, "lacks the outputs detection_scores"),
        ({"dtype": tf.int16}, "takes int16"),
        ({"signature": "predict"}, "no signature serving_default"),
    ],
)
def test_a_model_with_another_signature_is_refused_in_words(tmp_path, changes, sentence):
    with pytest.raises(BrokenModel, match=sentence):
        saved_detectors.load(write_model(tmp_path / "model", **changes))


@pytest.mark.parametrize(
    ("manifest", "sentence"),
    [
        ({**MANIFEST, "format": 2}, "has format 2"),
        ({**MANIFEST, "kind": "grader"}, "does not describe a detector"),
        ({**MANIFEST, "channels": 4}, "4 channels"),
        ({**MANIFEST, "class_names": []}, "names no class"),
        ({name: value for name, value in MANIFEST.items() if name != "window"}, "lacks or garbles"),
        ([], "does not describe a detector"),
    ],
)
def test_a_wrong_description_is_refused_in_words(tmp_path, manifest, sentence):
    (tmp_path / "model.json").write_text(json.dumps(manifest))
    with pytest.raises(BrokenModel, match=sentence):
        saved_detectors.read_manifest(tmp_path)


def test_missing_and_damaged_files_are_named(tmp_path):
    with pytest.raises(BrokenModel, match=r"model\.json is missing"):
        saved_detectors.load(tmp_path)
    (tmp_path / "model.json").write_text("{")
    with pytest.raises(BrokenModel, match="cannot be read"):
        saved_detectors.load(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(MANIFEST))
    with pytest.raises(BrokenModel, match="holds no SavedModel"):
        saved_detectors.load(tmp_path)
    (tmp_path / "saved_model").mkdir()
    (tmp_path / "saved_model" / "saved_model.pb").write_bytes(b"not a graph")
    with pytest.raises(BrokenModel, match="cannot be loaded"):
        saved_detectors.load(tmp_path)


def test_importing_the_module_does_not_load_tensorflow():
    code = "import sys, inference.detector.saved_detectors; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
