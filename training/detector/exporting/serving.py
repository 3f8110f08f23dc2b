"""The graph of an exported detector: from uint8 images of any size to final boxes, by itself."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from inference.detector.signatures import BATCH, QUICK_BATCH
from inference.detector.tiling import Tiling
from training.detector.config import DetectorConfig
from training.detector.exporting.tiled_graph import find_in_tiles
from training.detector.network import (
    GRAY_MIDDLE,
    build,
    decode,
    make_points,
    mirror_points,
    resolve_precision,
)
from training.detector.nms import suppress

LUMA = (0.299, 0.587, 0.114)  # ITU-R 601, as `inference.detector.saved_detectors.match_channels`


class Serving(tf.Module):
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
        self._network = freeze(model)
        self._quick = quick and freeze(quick)
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
        scores, boxes = self._predict(prepared, network)
        boxes = boxes / self.config.input_size
        # From the padded square to the image itself; what lies on the padding is clipped away.
        boxes = boxes / tf.stack([share[1], share[0], share[1], share[0]])
        boxes = tf.clip_by_value(tf.gather(boxes, [1, 0, 3, 2], axis=-1), 0.0, 1.0)
        found = suppress(
            scores,
            boxes,
            most=self.config.max_detections,
            iou=self.config.nms_iou,
            vote=self.config.vote_iou,
            least=self.config.min_score,
        )
        return {
            "boxes": found.boxes,
            "scores": found.scores,
            "classes": found.classes + 1.0,
            "num": found.count,
        }

    def _serve_tiles(self, frame: tf.Tensor) -> dict[str, tf.Tensor]:
        """Cut a large frame as training did; filled up with zeros, as the other way does."""
        most = self.config.max_detections
        assert self._tiling is not None
        boxes, scores, classes = find_in_tiles(
            tf.ensure_shape(frame, [None, None, self.config.channels]),
            lambda images: self._predict(images, self._network),
            self._tiling,
            most=most,
            iou=self.config.nms_iou,
            vote=self.config.vote_iou,
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

    def _predict(self, images: tf.Tensor, network: Callable) -> tuple[tf.Tensor, tf.Tensor]:
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


def build_in_bfloat16(model: keras.Model, config: DetectorConfig, *, classes: int) -> keras.Model | None:
    """Return the network as it was trained, where that was in bfloat16: its convolutions multiply in it."""
    if resolve_precision(config.precision) != "bfloat16":
        return None
    quick = build(config, classes=classes, precision="bfloat16")
    quick.set_weights(model.get_weights())
    return quick


def _to_uint8(images: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.clip_by_value(tf.round(images), 0.0, 255.0), tf.uint8)


def freeze(model: keras.Model) -> Callable:
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
