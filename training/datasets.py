"""Turn a snapshot into what networks learn from: samples for the detector, graded crops for the graders."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.core.files.storage import default_storage

from annotations.geometry import CORNERS
from annotations.imaging import decoding, gray_window
from annotations.models import DefectType, Image, Project
from annotations.models.projects import CropPolicy
from inference.graders import crops
from training.detector.data.samples import Sample
from training.snapshots import LabeledImage


def read_windowed(stored: str, window: tuple[float, float]) -> np.ndarray:
    """Return the stored file as uint8 [H, W] or [H, W, 3] through `window`.

    Raises OSError when it is gone, UnreadableImage when it is damaged.
    """
    with default_storage.open(stored, "rb") as file:
        pixels = decoding.read_pixels(file, name=stored)
    return gray_window.apply_window(pixels, low=window[0], high=window[1])


def reader(window: tuple[float, float]) -> Callable[[str], np.ndarray]:
    """Return a function from a stored file's name to its pixels through `window` (low, high)."""
    return lambda stored: read_windowed(stored, window)


def channels_of(project: Project) -> int:
    """Return 3 when any image of `project` is in color, else 1."""
    return 3 if Image.objects.present().filter(project=project, channels=3).exists() else 1


def make_sample(labeled: LabeledImage, class_names: Sequence[str]) -> Sample:
    """Return the detector's view of `labeled`; classes are indexes into `class_names`."""
    index = {name: number for number, name in enumerate(class_names)}
    return Sample(
        path=labeled.image.file.name or "",
        boxes=np.array([[box[side] for side in CORNERS] for box in labeled.boxes], float).reshape(-1, 4),
        classes=np.array([index[box["defect_type"]] for box in labeled.boxes], int),
        difficult=np.array([box["difficult"] for box in labeled.boxes], bool),
        size=(labeled.image.width, labeled.image.height),
    )


@dataclass(frozen=True)
class GradedCrops:
    """Crops uint8 [N, H, W] of one defect type with the grades 1..K that people gave, int [N]."""

    crops: np.ndarray
    grades: np.ndarray


def _graded_boxes(labeled: LabeledImage, name: str, levels: int) -> list[dict]:
    return [
        box
        for box in labeled.boxes
        if box["defect_type"] == name and box["grade"] is not None and box["grade"] <= levels
    ]


def choose_policy(images: Iterable[LabeledImage], defect_type: DefectType) -> str:
    """Return how the crops of `defect_type` are cut: as its settings say, or by the shape of its boxes."""
    if defect_type.crop_policy != CropPolicy.AUTO:
        return defect_type.crop_policy
    corners, sizes = [], []
    for labeled in images:
        for box in labeled.boxes:
            if box["defect_type"] == defect_type.name:
                corners.append(tuple(box[side] for side in CORNERS))
                sizes.append((labeled.image.width, labeled.image.height))
    return crops.choose_policy(corners, sizes)


def graded_crops(
    images: Iterable[LabeledImage],
    name: str,
    *,
    levels: int,
    read: Callable[[str], np.ndarray],
    policy: str,
    shape: tuple[int, int],
) -> GradedCrops:
    """Cut the graded boxes of type `name` out of `images` as `policy` says; others are not read."""
    cut, grades = [], []
    for labeled in images:
        boxes = _graded_boxes(labeled, name, levels)
        if not boxes:
            continue
        corners = [tuple(box[side] for side in CORNERS) for box in boxes]
        cut.append(crops.crop_all(read(labeled.image.file.name or ""), corners, policy, shape=shape))
        grades += [box["grade"] for box in boxes]
    stacked = np.concatenate(cut) if cut else np.zeros((0, *shape), np.uint8)
    return GradedCrops(stacked, np.array(grades, int))


def clip(corners: Sequence[float], image: Image) -> tuple[float, float, float, float] | None:
    """Return `corners` (xmin, ymin, xmax, ymax; pixels) inside `image`, None when under a pixel is left."""
    xmin, ymin, xmax, ymax = corners
    left, right = (max(0.0, min(x, image.width)) for x in (xmin, xmax))
    top, bottom = (max(0.0, min(y, image.height)) for y in (ymin, ymax))
    if not all(map(math.isfinite, (left, top, right, bottom))) or right - left < 1 or bottom - top < 1:
        return None
    # A hundredth of a pixel is more than any model knows.
    return round(left, 2), round(top, 2), round(right, 2), round(bottom, 2)
