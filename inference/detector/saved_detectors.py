"""Running a detector's SavedModel: our own, or one exported by the TensorFlow Object Detection API.

Importing this module does not import TensorFlow; `load` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from inference import model_folders
from inference.detector.precision import multiplies_bfloat16
from inference.detector.signatures import (
    BATCH,
    BATCH_OUTPUTS,
    QUICK_BATCH,
    ImageSignature,
    check_batch_signature,
)
from inference.detector.tiling import Boxes, Tile, Tiling, cut, merge, plan, to_frame
from inference.model_folders import BrokenModel

IMAGES_AT_ONCE = 32  # more only takes more memory


@dataclass(frozen=True)
class Detection:
    """One found defect; the box in pixels of the image, half-open."""

    class_name: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    score: float


@dataclass(frozen=True)
class DetectorManifest:
    """What model.json states about a detector."""

    class_names: tuple[str, ...]
    thresholds: dict[str, float | None]
    channels: int
    input_size: int | None
    window: tuple[float, float]
    config: dict
    tiling: Tiling | None = None  # how frames are cut; None when the network sees them whole


def read_manifest(folder: Path) -> DetectorManifest:
    """Read model.json without loading the model. Raises BrokenModel."""
    path = Path(folder) / model_folders.FILE
    values = model_folders.read(folder, model_folders.DETECTOR)
    try:
        low, high = values["window"]
        manifest = DetectorManifest(
            class_names=tuple(str(name) for name in values["class_names"]),
            thresholds={name: values["thresholds"].get(name) for name in values["class_names"]},
            channels=int(values["channels"]),
            input_size=values.get("input_size"),
            window=(float(low), float(high)),
            config=values["config"],
            tiling=Tiling.from_dict(values.get("tiling")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BrokenModel(f"{path} lacks or garbles an entry: {error!r}.") from error
    if not manifest.class_names:
        raise BrokenModel(f"{path} names no class.")
    if manifest.channels not in (1, 3):
        raise BrokenModel(f"{path} says {manifest.channels} channels; 1 or 3 are possible.")
    return manifest


def load(folder: Path, *, names: Mapping[str, str] | None = None, exact: bool = False) -> Detector:
    """Load the detector of a model folder; takes seconds. Raises BrokenModel.

    One that was trained in bfloat16 runs in it where the processor multiplies it, unless `exact` asks for
    float32. `names` maps the class names in the model to their present names; the others keep
    their names.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    if names:
        manifest = replace(
            manifest,
            class_names=tuple(names.get(name, name) for name in manifest.class_names),
            thresholds={names.get(name, name): value for name, value in manifest.thresholds.items()},
        )
    saved_model = folder / "saved_model"
    if not (saved_model / "saved_model.pb").exists():
        raise BrokenModel(f"{saved_model} holds no SavedModel.")
    import tensorflow as tf

    try:
        module = tf.saved_model.load(str(saved_model))
    except (OSError, ValueError, TypeError, AttributeError, tf.errors.OpError) as error:
        raise BrokenModel(f"{saved_model} cannot be loaded: {error}.") from error
    batched = _choose_batch(module, exact=exact)
    if batched:
        check_batch_signature(module.signatures[batched], batched, channels=manifest.channels)
    elif "serving_default" not in module.signatures:
        known = ", ".join(sorted(module.signatures)) or "none"
        raise BrokenModel(f"{saved_model} has no signature serving_default; it has {known}.")
    return Detector(manifest, module, batched)


def _choose_batch(module: Any, *, exact: bool) -> str | None:
    """Return the name of the signature that takes batches, None where a foreign model has none."""
    if QUICK_BATCH in module.signatures and multiplies_bfloat16() and not exact:
        return QUICK_BATCH
    return BATCH if BATCH in module.signatures else None


class Detector:
    """A loaded detector. `manifest` has its class names, thresholds, channels and gray window."""

    def __init__(self, manifest: DetectorManifest, module: Any, batched: str | None) -> None:
        self.manifest = manifest
        self._module = module  # the signatures work only as long as it exists
        self._batched = batched is not None
        if batched:
            self._run = module.signatures[batched]
            self._input = next(iter(self._run.structured_input_signature[1]))
        else:
            self._foreign = ImageSignature.of(module.signatures["serving_default"])

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.manifest.class_names

    @property
    def thresholds(self) -> dict[str, float | None]:
        return self.manifest.thresholds

    def predict(
        self, images: Sequence[np.ndarray], *, min_score: float = 0.05, max_boxes: int = 100
    ) -> list[list[Detection]]:
        """Find defects on uint8 images [H, W] or [H, W, C], already through the gray window; best first.

        Images of one size run together. Raises ValueError on another dtype, BrokenModel when the
        network fails.
        """
        found: list[list[Detection]] = [[] for _ in images]
        by_shape: dict[tuple, list[int]] = {}
        for index, image in enumerate(images):
            _check_image(image, index)
            by_shape.setdefault(image.shape, []).append(index)
        size = IMAGES_AT_ONCE if self._batched else 1
        for (height, width, *_), indices in by_shape.items():
            if self.manifest.tiling is not None and self._batched:
                for index in indices:
                    raw = self._predict_tiles(match_channels(images[index], self._channels), min_score)
                    found[index] = self._name(raw, height, width, min_score, max_boxes)
                continue
            for start in range(0, len(indices), size):
                chosen = indices[start : start + size]
                pixels = np.stack([match_channels(images[i], self._channels) for i in chosen])
                for index, raw in zip(chosen, self._predict_batch(pixels), strict=True):
                    found[index] = self._name(raw, height, width, min_score, max_boxes)
        return found

    def _predict_tiles(self, pixels: np.ndarray, min_score: float) -> tuple:
        """Run on the tiles of uint8 [H, W, C] and merge what is found; as an image of _predict_batch."""
        tiling, (height, width) = self.manifest.tiling, pixels.shape[:2]
        assert tiling is not None
        tiles = plan(height, width, tiling)
        parts: list[tuple[Tile, tuple]] = []
        batch: list[np.ndarray] = []
        for part in cut(pixels, tiles, tiling.size):
            batch.append(part)
            if len(batch) == IMAGES_AT_ONCE or len(parts) + len(batch) == len(tiles):
                ahead = tiles[len(parts) : len(parts) + len(batch)]
                parts += zip(ahead, self._predict_batch(np.stack(batch)), strict=True)
                batch = []
        found = merge(_gather(parts, tiling.size, min_score), tiles, tiling, iou=self._suppression)
        scale = np.array([height, width, height, width], np.float64)
        return found.boxes[:, [1, 0, 3, 2]] / scale, found.scores, found.classes

    @property
    def class_count(self) -> int | None:
        """Return how many scores a foreign network gives each box, the background's perhaps among them."""
        return None if self._batched else self._foreign.class_count

    @property
    def _suppression(self) -> float:
        return float(self.manifest.config.get("nms_iou", 0.5))

    @property
    def _channels(self) -> int:
        return self.manifest.channels if self._batched else 3

    def _predict_batch(self, pixels: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Run uint8 [N, H, W, C]; per image boxes [n, 4] ymin, xmin, ymax, xmax in 0..1, scores, classes."""
        if not self._batched:
            return [self._foreign.run(image) for image in pixels]
        import tensorflow as tf

        try:
            outputs = self._run(**{self._input: tf.constant(pixels)})
        except tf.errors.ResourceExhaustedError:
            raise  # the machine lacks memory; the model is not to blame
        except tf.errors.OpError as error:
            raise BrokenModel(f"The network failed on {pixels.shape}: {error.message}") from error
        counts, boxes, scores, classes = (outputs[name].numpy() for name in BATCH_OUTPUTS)
        counts = counts.reshape(-1).astype(int)
        return [(boxes[i, :n], scores[i, :n], classes[i, :n]) for i, n in enumerate(counts)]

    def _name(self, raw: tuple, height: int, width: int, min_score: float, max_boxes: int) -> list[Detection]:
        boxes, scores, classes = raw
        sure = scores >= min_score
        boxes = boxes[sure] * np.array([height, width, height, width], np.float64)
        scores, numbers = scores[sure], np.rint(classes[sure]).astype(int)
        if len(numbers) and not 1 <= numbers.min() <= numbers.max() <= len(self.class_names):
            wrong = numbers[(numbers < 1) | (numbers > len(self.class_names))][0]
            raise BrokenModel(
                f"The network found class {wrong}, but model.json names "
                f"{len(self.class_names)} classes, counted from 1."
            )
        solid = (boxes[:, 2:] > boxes[:, :2]).all(axis=1).nonzero()[0][:max_boxes]
        names = [self.class_names[number - 1] for number in numbers[solid]]
        corners = boxes[solid][:, [1, 0, 3, 2]].tolist()
        rows = zip(names, corners, scores[solid].tolist(), strict=True)
        return [
            Detection(name, xmin, ymin, xmax, ymax, score) for name, (xmin, ymin, xmax, ymax), score in rows
        ]


def _gather(parts: Sequence[tuple[Tile, tuple]], size: int, min_score: float) -> Boxes:
    """Put what was found in tiles of size pixels into one list in pixels of the frame."""
    boxes, scores, classes, origins = [np.zeros((0, 4))], [], [], []
    for number, (tile, (found, found_scores, found_classes)) in enumerate(parts):
        sure = found_scores >= min_score
        boxes.append(to_frame(found[sure][:, [1, 0, 3, 2]].astype(np.float64) * size, tile))
        scores.append(found_scores[sure])
        classes.append(found_classes[sure])
        origins.append(np.full(int(sure.sum()), number))
    return Boxes(np.concatenate(boxes), *(np.concatenate(part) for part in (scores, classes, origins)))


def match_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Make uint8 pixels [H, W] or [H, W, C] have 1 or 3 channels; color becomes gray by ITU-R 601 luma."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[-1] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels[..., :1], 3, axis=-1)
    luma = pixels[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return np.rint(luma).astype(np.uint8)[..., None]


def _check_image(image: np.ndarray, index: int) -> None:
    if image.dtype != np.uint8:
        raise ValueError(f"Image {index} is {image.dtype}; the detector takes uint8, after the gray window.")
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] not in (1, 3)) or 0 in image.shape:
        raise ValueError(f"Image {index} has shape {image.shape}; [H, W] or [H, W, 1 or 3] is needed.")
