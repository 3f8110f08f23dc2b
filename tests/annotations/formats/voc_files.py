"""Small pictures with the VOC files that belong to them."""

from pathlib import Path

import numpy as np

from annotations.formats import voc
from annotations.formats.voc_document import write
from annotations.geometry import CORNERS
from tests.annotations.imaging.pictures import saved


def obj(name="scratch", box=(1, 2, 30, 40), **fields) -> voc.VocObject:
    """Return one object; BOX is xmin, ymin, xmax, ymax."""
    return voc.VocObject(name=name, **dict(zip(CORNERS, map(float, box), strict=True)), **fields)


def put(folder: Path, name: str, *objects, size=(64, 48), xml=True, seed=None) -> None:
    """Write a picture of 64 × 48 noise and its XML."""
    noise = np.random.default_rng(sum(name.encode()) if seed is None else seed).integers(
        0, 256, (48, 64), np.uint8
    )
    (folder / name).write_bytes(saved(noise))
    if xml:
        annotation = voc.VocAnnotation(filename=name, width=size[0], height=size[1], objects=objects)
        (folder / name).with_suffix(".xml").write_bytes(write(annotation))
