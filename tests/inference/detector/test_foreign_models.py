"""SavedModels from elsewhere: other inputs, boxes in pixels, extra outputs; what cannot be used, in words."""

import json

import numpy as np
import pytest
import tensorflow as tf

from inference import model_transfer, registry
from inference.detector import saved_detectors
from inference.formats import label_maps
from inference.model_folders import BrokenModel
from tests.factories import make_project
from tests.inference.detector.test_saved_detectors import MANIFEST, write_model

pytestmark = pytest.mark.django_db
LABELS = {1: "scratch", 2: "pit"}
# One box at ymin 0.1, xmin 0.2, ymax 0.5, xmax 0.6, and rows that only fill up.
SHARES = [[0.0, 0.0, 0.0, 0.0], [0.1, 0.2, 0.5, 0.6]]
IMAGE = np.full((100, 50), 204, np.uint8)
EXPECTED = [10, 10, 30, 50]


def outputs(boxes, **more) -> dict:
    """Return what detectors answer: the second box scores 0.8; whole numbers where the Garden has them."""
    return {
        "num_detections": tf.constant([2], tf.int32),
        "detection_boxes": boxes,
        "detection_scores": tf.constant([[0.1, 0.8]]),
        "detection_classes": tf.constant([[1, 2]], tf.int32),
        **more,
    }


def save(folder, spec, answer):
    """Save a SavedModel whose only signature maps SPEC to ANSWER(tensor)."""
    module = tf.Module()
    module.serve = tf.function(answer, input_signature=[spec])
    tf.saved_model.save(module, str(folder / "saved_model"), signatures={"serving_default": module.serve})
    return folder


def load(folder):
    (folder / "model.json").write_text(json.dumps(MANIFEST))
    return saved_detectors.load(folder)


def assert_found(detector) -> None:
    (found,) = detector.predict([IMAGE])
    assert [box.class_name for box in found] == ["pit", "scratch"][: len(found)]
    best = found[0]
    np.testing.assert_allclose([best.xmin, best.ymin, best.xmax, best.ymax], EXPECTED, rtol=1e-4)


def test_a_garden_export_gives_boxes_in_pixels_of_its_own_size_and_tells_the_scale(tmp_path):
    def answer(inputs):
        shape = tf.cast(tf.shape(inputs)[1:3], tf.float32)
        scale = 320.0 / tf.reduce_max(shape)
        size = tf.stack([shape, [320.0, 320.0], [scale, scale], [0.0, 0.0]])
        boxes = tf.constant([SHARES]) * tf.tile(shape * scale, [2])
        return outputs(boxes, image_info=size[tf.newaxis])

    spec = tf.TensorSpec([None, None, None, 3], tf.uint8, name="inputs")
    assert_found(load(save(tmp_path, spec, answer)))


def test_an_image_is_brought_to_the_size_that_a_network_fixes(tmp_path):
    def answer(image):
        tf.ensure_shape(image, [1, 64, 96, 3])
        return outputs(tf.constant([SHARES]) * [64.0, 96.0, 64.0, 96.0])

    assert_found(load(save(tmp_path, tf.TensorSpec([1, 64, 96, 3], tf.uint8, name="image"), answer)))


def test_float_levels_run_from_0_to_255_and_a_fixed_batch_is_filled(tmp_path):
    def answer(images):
        boxes = tf.constant([SHARES, SHARES])
        mean = tf.reduce_mean(images, axis=[1, 2, 3]) / 255.0
        scores = tf.stack([tf.zeros_like(mean) + 0.1, mean], axis=1)
        return outputs(boxes, detection_scores=scores, detection_classes=tf.constant([[1.0, 2.0]] * 2))

    detector = load(save(tmp_path, tf.TensorSpec([2, None, None, 3], tf.float32, name="x"), answer))
    assert_found(detector)
    assert detector.predict([IMAGE])[0][0].score == pytest.approx(0.8)


@pytest.mark.parametrize("name", ["encoded_image_string_tensor", "tf_example"])
def test_encoded_images_and_examples_are_fed_as_such(tmp_path, name):
    def answer(text):
        data = text[0]
        if name == "tf_example":
            keys = {"image/encoded": tf.io.FixedLenFeature((), tf.string)}
            data = tf.io.parse_single_example(data, keys)["image/encoded"]
        pixels = tf.io.decode_png(data, channels=3)
        score = tf.reduce_mean(tf.cast(pixels, tf.float32)) / 255.0
        return outputs(tf.constant([SHARES]), detection_scores=tf.stack([[0.1, score]]))

    assert_found(load(save(tmp_path, tf.TensorSpec([None], tf.string, name=name), answer)))


def test_extra_outputs_of_the_api_do_no_harm(tmp_path):
    def answer(input_tensor):
        raw = {"raw_detection_boxes": tf.zeros([1, 5, 4]), "raw_detection_scores": tf.zeros([1, 5, 3])}
        return outputs(tf.constant([SHARES]), detection_anchor_indices=tf.zeros([1, 2]), **raw)

    spec = tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")
    folder = save(tmp_path / "zoo", spec, answer)
    model = model_transfer.import_model(make_project(types=()), folder, labels=LABELS)
    assert model.class_names == ["scratch", "pit"]
    assert_found(saved_detectors.load(model.path))


def test_a_label_map_of_another_count_is_refused_with_both_counts(tmp_path):
    def answer(input_tensor):
        return outputs(tf.constant([SHARES]), raw_detection_scores=tf.zeros([1, 5, 4]))

    folder = save(tmp_path, tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor"), answer)
    project = make_project(types=())
    with pytest.raises(model_transfer.CannotExchange, match="names 2 classes, but the model knows 3"):
        model_transfer.import_model(project, folder, labels=LABELS)
    with pytest.raises(model_transfer.CannotExchange, match="names 1 class, but"):
        model_transfer.import_model(project, folder, labels={1: "pit"})
    assert not project.defect_types.exists()
    assert not registry.path_for(project, f"imported-{tmp_path.name}").exists()


def test_a_label_map_too_short_is_found_by_the_first_prediction(tmp_path):
    folder = write_model(tmp_path / "model")
    (folder / "model.json").unlink()
    with pytest.raises(model_transfer.CannotExchange, match=r"found class 2, but .* names 1 classes"):
        model_transfer.import_model(make_project(types=()), folder, labels={1: "pit"})


def test_a_model_without_suppression_is_refused_in_words(tmp_path):
    def answer(inputs):
        return {"decoded_boxes": tf.zeros([1, 5, 4]), "decoded_box_scores": tf.zeros([1, 5, 2])}

    folder = save(tmp_path, tf.TensorSpec([1, None, None, 3], tf.uint8, name="inputs"), answer)
    with pytest.raises(BrokenModel, match="without suppression; export the model with apply_nms"):
        load(folder)


def test_our_own_folder_comes_back_whole_with_its_thresholds(tmp_path):
    folder = write_model(tmp_path / "ours")
    (folder / "weights.weights.h5").write_bytes(b"weights")
    model = model_transfer.import_model(make_project(types=()), folder, labels={1: "kratzer", 2: "grube"})
    assert model.thresholds == {"kratzer": 0.5, "grube": None}
    assert (model.path / "weights.weights.h5").read_bytes() == b"weights"
    assert saved_detectors.load(model.path).predict([IMAGE])[0][0].class_name == "grube"


def test_a_folder_of_another_format_is_refused_before_anything_is_copied(tmp_path):
    folder = write_model(tmp_path / "newer", manifest=MANIFEST | {"format": 9})
    project = make_project(types=())
    with pytest.raises(model_transfer.CannotExchange, match="has format 9; this version reads format 1"):
        model_transfer.import_model(project, folder, labels=LABELS)
    assert not project.model_versions.exists()


def test_a_label_map_with_machine_ids_gives_the_names_that_people_read():
    text = 'item { name: "/m/01g317" id: 1 display_name: "person" } item { name: "pit" id: 2 }'
    assert label_maps.parse(text) == {1: "person", 2: "pit"}


def test_what_goes_out_comes_in_again(tmp_path):
    project = make_project(types=())
    model = model_transfer.import_model(
        project, write_model(tmp_path / "model"), labels={1: "a 'b'", 2: "c\\d"}
    )
    out = model_transfer.export_model(model, tmp_path / "out")
    labels = label_maps.read(out / "label_map.pbtxt")
    assert labels == {1: "a 'b'", 2: "c\\d"}
    again = model_transfer.import_model(project, out, labels=labels, name="again")
    assert again.class_names == model.class_names
