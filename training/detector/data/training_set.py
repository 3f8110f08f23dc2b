"""What a training set must have, and what tells it from another one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from inference.setting_names import digested_names
from training.detector.config import DetectorConfig
from training.detector.data.samples import BadSample, Sample

ENOUGH_BOXES = 20  # of a type; fewer train too, but poorly


class NothingToLearn(ValueError):
    """A training set without any box."""


def find_shortfalls(samples: Sequence[Sample], class_names: Sequence[str]) -> list[str]:
    """Return a sentence for each type with fewer boxes than a useful model needs."""
    counts = np.zeros(len(class_names), int)
    for sample in samples:
        np.add.at(counts, sample.classes[~sample.difficult], 1)
    return [
        f"{name} has {count} of the {ENOUGH_BOXES} boxes in the train split that a type needs to be found "
        f"well: label {ENOUGH_BOXES - count} more."
        for name, count in zip(class_names, counts.tolist(), strict=True)
        if count < ENOUGH_BOXES
    ]


def check(samples: list[Sample], class_names: Sequence[str]) -> None:
    """Raise NothingToLearn without a learnable box, BadSample for a class that has no name."""
    if not sum(sample.learnable for sample in samples):
        raise NothingToLearn(
            f"None of the {len(samples)} training images has a box that is not difficult; one box is the "
            f"least, and from {ENOUGH_BOXES} boxes of a type on a model becomes useful: label some defects "
            "first."
        )
    for sample in samples:
        if len(sample.classes) and not 0 <= sample.classes.min() <= sample.classes.max() < len(class_names):
            raise BadSample(f"{sample.path}: a box's class is outside the {len(class_names)} class names.")


def identify(samples: list[Sample], class_names: Sequence[str], config: DetectorConfig) -> str:
    """Return the digest of what must not change between a training and its resume."""
    settings = digested_names(config.to_dict())
    digest = hashlib.sha256(json.dumps([list(class_names), settings], sort_keys=True).encode())
    for sample in samples:
        digest.update(sample.path.encode())
        for array in (sample.boxes, sample.classes, sample.difficult):
            digest.update(array.tobytes())
    return digest.hexdigest()
