"""A project of tiny images with bright squares (graded by brightness) and dark bars: learned in seconds."""

import io

import numpy as np
import PIL.Image

from annotations.labeling import boxes, wire
from annotations.models import Project, Split
from tests.factories import make_image, make_project, make_type, make_user, wire_box

SIDE = 64
BRIGHTNESS = {1: 150, 2: 250}


def draw(rng: np.random.Generator) -> tuple[bytes, list[dict]]:
    """Return a PNG with one bright square or one dark bar, and its box in the wire format."""
    pixels = rng.normal(100, 6, (SIDE, SIDE))
    width, height, kind = (16, 16, "square") if rng.random() < 0.6 else (30, 10, "bar")
    x, y = rng.integers(2, SIDE - width - 2), rng.integers(2, SIDE - height - 2)
    grade = int(rng.integers(1, 3)) if kind == "square" else None
    pixels[y : y + height, x : x + width] = BRIGHTNESS[grade] if grade else 20
    buffer = io.BytesIO()
    PIL.Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "PNG")
    corners = {"xmin": float(x), "ymin": float(y), "xmax": float(x + width), "ymax": float(y + height)}
    return buffer.getvalue(), [wire_box(kind, grade=grade, **corners)]


def make_surfaces(*, train: int = 24, calibration: int = 24, test: int = 8, unlabeled: int = 10) -> Project:
    """Make a project with that many labeled images in each split, and unlabeled ones in the train split."""
    project = make_project(types=(), precision_target=0.6, window_low=0, window_high=255)
    make_type(project, "square", grades=2)
    make_type(project, "bar")
    user = make_user()
    rng = np.random.default_rng(7)
    splits = [Split.TRAIN] * (train + unlabeled) + [Split.CALIBRATION] * calibration + [Split.TEST] * test
    for index, split in enumerate(splits):
        content, found = draw(rng)
        image = make_image(project, width=SIDE, height=SIDE, content=content, split=split)
        if index >= unlabeled:
            boxes.replace(image, wire.read_boxes(image, found), version=0, user=user)
    return project
