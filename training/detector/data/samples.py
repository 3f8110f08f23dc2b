"""What a detector learns from and is measured on: an image and its boxes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


class BadSample(ValueError):
    """A sample whose boxes contradict each other or the class names."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One image with its boxes.

    boxes: float [n, 4] as xmin, ymin, xmax, ymax in pixels of the image. classes: int [n], index into the
    class names. difficult: bool [n]; such boxes are neither learned nor counted as background.
    pixels: the uint8 image itself, for data that has no file; path is then only its name.
    size: width and height of the image, where they are known without reading it.
    """

    path: str
    boxes: np.ndarray
    classes: np.ndarray
    difficult: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))  # empty: none is
    pixels: np.ndarray | None = None
    size: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        boxes = np.asarray(self.boxes, np.float32).reshape(-1, 4)
        classes = np.asarray(self.classes, np.int32).reshape(-1)
        difficult = np.asarray(self.difficult, bool).reshape(-1)
        if not len(difficult):
            difficult = np.zeros(len(boxes), bool)
        if not len(boxes) == len(classes) == len(difficult):
            raise BadSample(
                f"{self.path}: {len(boxes)} boxes, {len(classes)} classes and {len(difficult)} marks."
            )
        if not np.isfinite(boxes).all():
            raise BadSample(f"{self.path}: a box has a coordinate that is not a number.")
        for name, value in (("boxes", boxes), ("classes", classes), ("difficult", difficult)):
            object.__setattr__(self, name, value)
        if self.pixels is not None:
            object.__setattr__(self, "size", (self.pixels.shape[1], self.pixels.shape[0]))

    @property
    def learnable(self) -> int:
        """Count the boxes that are not difficult."""
        return int((~self.difficult).sum())
