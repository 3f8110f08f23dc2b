"""Run the models on a batch of files: each gives its defects, or the sentence why it gives none."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import IO

import numpy as np
from django.conf import settings

from annotations.geometry import CORNERS
from annotations.imaging import decoding, gray_window
from annotations.severity.from_grades import image_severity
from inference.model_folders import BrokenModel
from inference.pipeline import Finding, Pipeline
from inference.readahead import batches, count_pixels, read_ahead

DEFAULT_THRESHOLD = 0.4

Source = tuple[str, Callable[[], AbstractContextManager[IO[bytes]]]]


@dataclass(frozen=True)
class Outcome:
    """What became of one file: pixels (uint8, after the window) and findings, or an error's sentence."""

    name: str
    pixels: np.ndarray | None = None
    findings: tuple[Finding, ...] = ()
    error: str = ""
    seconds: float = 0.0

    @property
    def shown(self) -> np.ndarray:
        """Return the pixels of an outcome without an error."""
        assert self.pixels is not None
        return self.pixels

    @property
    def severity(self) -> float | None:
        """Return the worst defect's severity; None when the file failed or it is unknown."""
        return None if self.error else image_severity(finding.severity for finding in self.findings)


def examine(
    pipeline: Pipeline, sources: Iterable[Source], *, threshold: float | None = None, max_boxes: int = 100
) -> Iterator[Outcome]:
    """Yield the outcome of every source (name, opener) in order; a bad file never stops the rest.

    `threshold` is the least score of a finding, `DEFAULT_THRESHOLD` when None.
    """
    least = DEFAULT_THRESHOLD if threshold is None else threshold
    outcomes = read_ahead(sources, partial(_read, window=pipeline.window), weigh=_weigh)
    for batch in batches(outcomes, weigh=_weigh):
        yield from _predict(pipeline, batch, least=least, max_boxes=max_boxes)


def _weigh(outcome: Outcome) -> int:
    return count_pixels(outcome.pixels)


def _read(source: Source, *, window: tuple[float, float]) -> Outcome:
    name, opener = source
    started = time.monotonic()
    try:
        with opener() as stream:
            native = decoding.read_pixels(stream, name=name, max_pixels=settings.BLEMISH_MAX_PIXELS)
    except (decoding.UnreadableImage, OSError) as error:
        return Outcome(name, error=_sentence(name, error))
    pixels = gray_window.apply_window(native, low=window[0], high=window[1])
    return Outcome(name, pixels, seconds=time.monotonic() - started)


def _sentence(name: str, error: decoding.UnreadableImage | OSError) -> str:
    if isinstance(error, decoding.UnreadableImage):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"{name}: the file is gone."
    return f"{name}: cannot be read ({error.strerror or error})."


def _predict(pipeline: Pipeline, batch: list[Outcome], *, least: float, max_boxes: int) -> Iterator[Outcome]:
    started = time.monotonic()
    readable = [outcome for outcome in batch if outcome.pixels is not None]
    try:
        pixels = [outcome.pixels for outcome in readable if outcome.pixels is not None]
        found = pipeline.predict(pixels, min_score=least, max_boxes=max_boxes)
    except BrokenModel as error:
        if len(readable) > 1:
            # One image may be what the network cannot take: each gets its own try.
            for outcome in batch:
                yield from _predict(pipeline, [outcome], least=least, max_boxes=max_boxes)
            return
        yield from (replace(outcome, pixels=None, error=f"{outcome.name}: {error}") for outcome in batch)
        return
    share = (time.monotonic() - started) / max(1, len(readable))
    findings = iter(found)
    for outcome in batch:
        if outcome.pixels is None:
            yield outcome
            continue
        height, width = outcome.pixels.shape[:2]
        inside = (clip(finding, width=width, height=height) for finding in next(findings))
        kept = tuple(finding for finding in inside if finding is not None)
        yield replace(outcome, findings=kept, seconds=outcome.seconds + share)


def clip(finding: Finding, *, width: int, height: int) -> Finding | None:
    """Return `finding` with its box inside of the image, or None when less than a pixel of it is there."""
    limits = (width, height, width, height)
    sides = [
        round(min(max(getattr(finding, side), 0.0), limit), 2)
        for side, limit in zip(CORNERS, limits, strict=True)
    ]
    if sides[2] - sides[0] < 1 or sides[3] - sides[1] < 1:
        return None
    return replace(finding, **dict(zip(CORNERS, sides, strict=True)))
