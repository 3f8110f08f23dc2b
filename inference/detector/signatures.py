"""How SavedModels are called: our own signature `batch`, and those of detectors that were made elsewhere.

Understood are the exports of the TensorFlow Object Detection API (1 and 2) and of the TensorFlow Model
Garden: whatever the input is called, as uint8, float32 or encoded images, boxes as shares of the image or in
pixels of the resized one. Importing this module does not import TensorFlow.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from inference.model_folders import BrokenModel

NEEDED = ("detection_boxes", "detection_scores", "detection_classes")
BATCH_OUTPUTS = ("num", "boxes", "scores", "classes")
# The outputs by which classes are counted; the background is one of them.
CLASS_SCORES = ("detection_multiclass_scores", "raw_detection_scores")
ENCODINGS = {"uint8": "levels", "float32": "levels", "string": "encoded"}
# No share of an image is as large: such boxes are in pixels.
LARGEST_SHARE = 2.0


# Of our own models: uint8 [N, H, W, C] in, computed in float32, or in bfloat16 as such a network was trained.
BATCH = "batch"
QUICK_BATCH = "batch_bfloat16"


def check_batch_signature(signature: Any, name: str, *, channels: int) -> None:
    """Check that the signature `name` takes batches as ours do. Raises BrokenModel."""
    _check_outputs(signature, name, BATCH_OUTPUTS)
    _, spec = _only_input(signature, name)
    if spec.dtype.name != "uint8" or spec.shape.rank != 4 or spec.shape[-1] not in (None, channels):
        raise BrokenModel(
            f"The signature {name} takes {spec.dtype.name} {spec.shape}; "
            f"uint8 [N, H, W, {channels}] is needed."
        )


@dataclass(frozen=True)
class ImageSignature:
    """A signature that takes one color image; `size` (height, width) and `copies` where it fixes them.

    encoding says what goes in: "levels" from 0 to 255, "encoded" images, or "example" for a tf.train.Example.
    """

    function: Any
    input: str
    dtype: str
    encoding: str
    size: tuple[int, int] | None
    copies: int

    @classmethod
    def of(cls, signature: Any) -> ImageSignature:
        """Read the signature serving_default; raises BrokenModel with what it lacks."""
        if "decoded_boxes" in signature.structured_outputs:
            raise BrokenModel(
                "The signature serving_default gives decoded_boxes without suppression; export the model "
                "with apply_nms."
            )
        _check_outputs(signature, "serving_default", NEEDED)
        name, spec = _only_input(signature, "serving_default")
        dtype, shape = spec.dtype.name, spec.shape
        if dtype not in ENCODINGS:
            raise BrokenModel(
                f"The signature serving_default takes {dtype}; uint8, float32 or encoded images are needed "
                "(input type image_tensor)."
            )
        encoding = "example" if dtype == "string" and "example" in name else ENCODINGS[dtype]
        rank = 4 if encoding == "levels" else 1
        if shape.rank is not None and (shape.rank != rank or (rank == 4 and shape[-1] not in (None, 3))):
            wanted = "[1, H, W, 3]" if rank == 4 else "[1]"
            raise BrokenModel(f"The signature serving_default takes {dtype} {shape}; {wanted} is needed.")
        fixed = encoding == "levels" and shape.rank is not None and None not in (shape[1], shape[2])
        return cls(
            function=signature,
            input=name,
            dtype=dtype,
            encoding=encoding,
            size=(shape[1], shape[2]) if fixed else None,
            copies=1 if shape.rank is None else shape[0] or 1,
        )

    @property
    def class_count(self) -> int | None:
        """Return how many scores each box has, perhaps with the background's; None when unknown."""
        for name in CLASS_SCORES:
            tensor = self.function.structured_outputs.get(name)
            if tensor is not None and tensor.shape.rank and tensor.shape[-1]:
                return int(tensor.shape[-1])
        return None

    def run(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Run the network on uint8 [H, W, 3]; return boxes [n, 4], scores and classes, best first.

        A box is ymin, xmin, ymax, xmax from 0 to 1. Raises BrokenModel when the network fails or gives other
        shapes than it should.
        """
        import tensorflow as tf

        fed = self._feed(pixels)
        try:
            outputs = self.function(**{self.input: tf.constant(fed)})
        except tf.errors.ResourceExhaustedError:
            raise
        except (tf.errors.OpError, ValueError, TypeError) as error:
            text = " ".join(str(getattr(error, "message", error)).split())[:300]
            raise BrokenModel(f"The network failed on an image of {pixels.shape}: {text}") from error
        boxes, scores, classes = (
            _first(outputs[name].numpy(), rank) for name, rank in zip(NEEDED, (2, 1, 1), strict=True)
        )
        count = len(scores)
        if "num_detections" in outputs:
            count = min(count, int(outputs["num_detections"].numpy().reshape(-1)[0]))
        if boxes.shape != (len(scores), 4) or classes.shape != scores.shape:
            raise BrokenModel(
                f"The network gave boxes {boxes.shape}, scores {scores.shape} and classes {classes.shape}."
            )
        boxes = self._to_shares(boxes.astype(np.float64), outputs, pixels.shape)
        order = np.argsort(-scores[:count], kind="stable")
        return boxes[:count][order], scores[:count][order], classes[:count][order]

    def _feed(self, pixels: np.ndarray) -> np.ndarray:
        if self.encoding == "levels":
            if self.size is not None and pixels.shape[:2] != self.size:
                height, width = self.size
                image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
                pixels = np.asarray(image)
            return np.repeat(pixels[None].astype(self.dtype), self.copies, axis=0)
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        data = buffer.getvalue()
        if self.encoding == "example":
            data = _example(data)
        return np.array([data] * self.copies, object)

    def _to_shares(self, boxes: np.ndarray, outputs: dict, shape: tuple) -> np.ndarray:
        """Return `boxes` as shares of the image, from pixels of the resized one (Model Garden)."""
        if not boxes.size or np.nanmax(boxes) <= LARGEST_SHARE:
            return boxes
        height, width = shape[:2]
        if "image_info" in outputs:
            # Rows: size of the image, of the network's input, scale, offset; each as y, x.
            info = _first(outputs["image_info"].numpy(), 2).astype(np.float64)
            fed_height, fed_width = self.size or (height, width)
            boxes = (boxes + np.tile(info[3], 2)) / np.tile(info[2], 2)
            return boxes / np.array([fed_height, fed_width] * 2)
        fed = self.size or (height, width)
        return boxes / np.array([*fed, *fed], np.float64)


def _first(values: np.ndarray, rank: int) -> np.ndarray:
    """Return the first image's part of `values`, of which some networks give that part alone."""
    return values[0] if values.ndim > rank else values


def _example(data: bytes) -> bytes:
    import tensorflow as tf

    def text(value: bytes) -> Any:
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))

    features = {"image/encoded": text(data), "image/format": text(b"png")}
    return tf.train.Example(features=tf.train.Features(feature=features)).SerializeToString()


def _check_outputs(signature: Any, name: str, wanted: Sequence[str]) -> None:
    given = signature.structured_outputs
    missing = [output for output in wanted if output not in given]
    if missing:
        has = ", ".join(sorted(given)) or "none"
        raise BrokenModel(f"The signature {name} lacks the outputs {', '.join(missing)}; it has {has}.")


def _only_input(signature: Any, name: str) -> tuple[str, Any]:
    inputs = signature.structured_input_signature[1]
    if len(inputs) != 1:
        listed = ", ".join(inputs)
        raise BrokenModel(f"The signature {name} takes {len(inputs)} inputs ({listed}); one is needed.")
    return next(iter(inputs.items()))
