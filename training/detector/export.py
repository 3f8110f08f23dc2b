"""The model folder: Keras weights, model.json and saved_model/, written beside and renamed.

The SavedModel holds everything between a uint8 image of any size and its final boxes, so that running it
needs nothing of this package.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from inference.signatures import BATCH, QUICK_BATCH
from inference.tiling import Tiling
from training.detector import checkpoint
from training.detector.config import DetectorConfig
from training.detector.network import (
    GRAY_MIDDLE,
    build,
    decode,
    make_points,
    mirror_points,
    resolve_precision,
)
from training.detector.step import build_with
from training.detector.tiled_graph import find_in_tiles

FORMAT = 1
LUMA = (0.299, 0.587, 0.114)  # ITU-R 601, as `inference.detectors.match_channels`


class NotTrained(ValueError):
    """A folder that holds no finished training."""


def export(
    training_folder: Path,
    out_folder: Path,
    *,
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
) -> Path:
    """Write the model folder of a training to out_folder, which must not exist yet; return it.

    The averaged weights of the checkpoint are exported, also of a training that was stopped early.
    Raises NotTrained, BrokenCheckpoint, FileExistsError.
    """
    return export_checkpoint(
        Path(training_folder) / "checkpoint", out_folder, thresholds=thresholds, window=window
    )


def export_checkpoint(
    folder: Path,
    out_folder: Path,
    *,
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
) -> Path:
    """Write the model folder of one checkpoint, also one kept on the way; raises as export."""
    state = checkpoint.restore(folder)
    if state is None:
        raise NotTrained(f"{folder}: there is no checkpoint to export.")
    config = DetectorConfig.from_dict(state.facts["config"])
    names = state.facts["class_names"]
    model = build_with(config, classes=len(names), weights=state.arrays["average"])
    return write_model(
        model,
        out_folder,
        config=config,
        class_names=names,
        thresholds=thresholds,
        window=window,
        tiling=Tiling.from_dict(state.facts.get("tiling")),
    )


def write_model(
    model: keras.Model,
    out_folder: Path,
    *,
    config: DetectorConfig,
    class_names: Sequence[str],
    thresholds: Mapping[str, float | None] | None = None,
    window: tuple[float, float] = (0.0, 255.0),
    tiling: Tiling | None = None,
) -> Path:
    """Write a float32 network as a model folder. Raises FileExistsError when out_folder is there already."""
    out_folder = Path(out_folder)
    if out_folder.exists():
        raise FileExistsError(f"{out_folder}: a model of this name exists already.")
    out_folder.parent.mkdir(parents=True, exist_ok=True)
    facts = {
        "format": FORMAT,
        "kind": "detector",
        "config": config.to_dict(),
        "class_names": list(class_names),
        "thresholds": {name: (thresholds or {}).get(name) for name in class_names},
        "channels": config.channels,
        "input_size": config.input_size,
        "window": list(window),
        "tiling": tiling and tiling.to_dict(),
    }
    aside = Path(tempfile.mkdtemp(prefix=f".{out_folder.name}.", dir=out_folder.parent))
    try:
        model.save_weights(aside / "weights.weights.h5")
        _write_json(aside / "model.json", facts)
        serving = _Serving(model, config, tiling, quick=_in_bfloat16(model, config, classes=len(class_names)))
        tf.saved_model.save(serving, str(aside / "saved_model"), signatures=serving.signatures())
        aside.chmod(0o755)  # mkdtemp's folders are private
        aside.rename(out_folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return out_folder


def write_thresholds(model_folder: Path, thresholds: Mapping[str, float | None]) -> None:
    """Replace the thresholds in model.json; types that are not named become None, which means manual."""
    path = Path(model_folder) / "model.json"
    facts = json.loads(path.read_text())
    facts["thresholds"] = {name: thresholds.get(name) for name in facts["class_names"]}
    _write_json(path, facts)


def _write_json(path: Path, facts: dict) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    text = json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False)
    aside.write_text(text + "\n", encoding="utf-8")
    aside.replace(path)


def _in_bfloat16(model: keras.Model, config: DetectorConfig, *, classes: int) -> keras.Model | None:
    """Return the network as it was trained, where that was in bfloat16: its convolutions multiply in it."""
    if resolve_precision(config.precision) != "bfloat16":
        return None
    quick = build(config, classes=classes, precision="bfloat16")
    quick.set_weights(model.get_weights())
    return quick


class _Serving(tf.Module):
    """The graph from uint8 images to boxes; `quick` is the same network in bfloat16."""

    def __init__(
        self,
        model: keras.Model,
        config: DetectorConfig,
        tiling: Tiling | None = None,
        *,
        quick: keras.Model | None = None,
    ) -> None:
        super().__init__()
        self.config, self._tiling = config, tiling
        self._network = _freeze(model)
        self._quick = quick and _freeze(quick)
        self._points, self._strides = (tf.constant(part) for part in make_points(config.input_size))

    def signatures(self) -> dict[str, Callable]:
        """Return the TensorFlow Object Detection API's, and those that take batches of our channels."""
        one = tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")
        many = tf.TensorSpec([None, None, None, self.config.channels], tf.uint8, name="images")
        self._one = tf.function(self._serve_one, input_signature=[one])
        self._many = tf.function(
            lambda images: self._serve_many(images, self._network), input_signature=[many]
        )
        found = {"serving_default": self._one, BATCH: self._many}
        if self._quick is not None:
            self._many_quickly = tf.function(
                lambda images: self._serve_many(images, self._quick), input_signature=[many]
            )
            found[QUICK_BATCH] = self._many_quickly
        return found

    def _serve_one(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        if self.config.channels == 1:
            gray = tf.reduce_sum(tf.cast(images, tf.float32) * tf.constant(LUMA), axis=-1, keepdims=True)
            images = tf.cast(tf.round(gray), tf.uint8)
        whole = self._tiling is None
        found = self._serve_many(images, self._network) if whole else self._serve_tiles(images[0])
        return {
            "num_detections": tf.cast(found["num"], tf.float32),
            "detection_boxes": found["boxes"],
            "detection_scores": found["scores"],
            "detection_classes": found["classes"],
        }

    def _serve_many(self, images: tf.Tensor, network: Callable) -> dict[str, tf.Tensor]:
        prepared, share = self._fit_images(images)
        scores, boxes = self._look(prepared, network)
        boxes = boxes / self.config.input_size
        # From the padded square to the image itself; what lies on the padding is clipped away.
        boxes = boxes / tf.stack([share[1], share[0], share[1], share[0]])
        boxes = tf.clip_by_value(tf.gather(boxes, [1, 0, 3, 2], axis=-1), 0.0, 1.0)
        found = tf.image.combined_non_max_suppression(
            boxes[:, :, None, :],
            scores,
            max_output_size_per_class=self.config.max_detections,
            max_total_size=self.config.max_detections,
            iou_threshold=self.config.suppression_iou,
            score_threshold=self.config.min_score,
        )
        return {
            "boxes": found.nmsed_boxes,
            "scores": found.nmsed_scores,
            "classes": found.nmsed_classes + 1.0,
            "num": found.valid_detections,
        }

    def _serve_tiles(self, frame: tf.Tensor) -> dict[str, tf.Tensor]:
        """Cut a large frame as training did; filled up with zeros, as the other way does."""
        most = self.config.max_detections
        boxes, scores, classes = find_in_tiles(
            tf.ensure_shape(frame, [None, None, self.config.channels]),
            lambda images: self._look(images, self._network),
            self._tiling,
            most=most,
            iou=self.config.suppression_iou,
            score=self.config.min_score,
        )
        count = tf.shape(scores)[0]
        missing = most - count
        boxes = tf.pad(boxes, [[0, missing], [0, 0]])
        scores = tf.pad(scores, [[0, missing]])
        classes = tf.pad(classes + 1.0, [[0, missing]], constant_values=1.0)
        return {
            "boxes": tf.ensure_shape(boxes, [most, 4])[None],
            "scores": tf.ensure_shape(scores, [most])[None],
            "classes": tf.ensure_shape(classes, [most])[None],
            "num": count[None],
        }

    def _look(self, images: tf.Tensor, network: Callable) -> tuple[tf.Tensor, tf.Tensor]:
        """Return scores [B, P, K] and boxes [B, P, 4] in input pixels; with flip_test of both mirrorings."""
        logits, distances = network(images)
        scores, boxes = tf.sigmoid(logits), decode(distances, self._points, self._strides)
        if not self.config.flip_test:
            return scores, boxes
        logits, distances = network(tf.reverse(images, [2]))
        mirrored = decode(distances, self._points, self._strides)
        mirrored = tf.stack(
            [
                self.config.input_size - mirrored[..., 2],
                mirrored[..., 1],
                self.config.input_size - mirrored[..., 0],
                mirrored[..., 3],
            ],
            axis=-1,
        )
        twins = mirror_points(self.config.input_size)
        scores = (scores + tf.gather(tf.sigmoid(logits), twins, axis=1)) / 2
        return scores, (boxes + tf.gather(mirrored, twins, axis=1)) / 2

    def _fit_images(self, images: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Resize so that the longer side is the input size and pad below or right, as training did.

        Returns the images and the share of the square that they cover, as height, width.
        """
        size = self.config.input_size
        shape = tf.cast(tf.shape(images)[1:3], tf.float32)
        scale = size / tf.reduce_max(shape)
        target = tf.cast(tf.maximum(tf.round(shape * scale), 1.0), tf.int32)
        resized = tf.case(
            [
                (tf.reduce_all(tf.equal(tf.shape(images)[1:3], target)), lambda: images),
                (scale > 1.0, lambda: _to_uint8(tf.image.resize(images, target))),
            ],
            default=lambda: _to_uint8(tf.image.resize(images, target, antialias=True)),
        )
        missing = size - target
        padded = tf.pad(
            resized, [[0, 0], [0, missing[0]], [0, missing[1]], [0, 0]], constant_values=GRAY_MIDDLE
        )
        padded = tf.ensure_shape(padded, [None, size, size, self.config.channels])
        return padded, tf.cast(target, tf.float32) / size


def _to_uint8(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.clip_by_value(tf.round(images), 0.0, 255.0), tf.uint8)


def _freeze(model: keras.Model) -> Callable:
    """Turn the network into a graph of constants, which TensorFlow folds and fuses when it loads it."""

    @tf.function(input_signature=[tf.TensorSpec([None, *model.input_shape[1:]], tf.uint8)])
    def run(images: tf.Tensor) -> list:
        return model(images, training=False)

    frozen = convert_variables_to_constants_v2(run.get_concrete_function())
    graph = frozen.graph.as_graph_def()
    for node in graph.node:
        # SiLU's own gradient cannot be saved, and a frozen graph needs none.
        node.attr.pop("_gradient_op_type", None)
    names = [tensor.name for tensor in (*frozen.inputs, *frozen.outputs)]
    imported = tf.compat.v1.wrap_function(lambda: tf.import_graph_def(graph, name=""), [])
    place = imported.graph.as_graph_element
    return imported.prune(place(names[0]), [place(name) for name in names[1:]])
