"""Detector and graders together: from images to defects with type, box, score, grade and severity."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotations.geometry import CORNERS, corners_of
from annotations.models import Project
from annotations.severity.from_grades import severity_of
from inference import registry
from inference.detector import saved_detectors
from inference.graders import saved_graders
from inference.graders.crops import crop
from inference.models import ModelVersion


@dataclass(frozen=True)
class Finding:
    """One found defect: its box in pixels, half-open; severity is None while a graded type has no grader."""

    class_name: str
    xmin: float
    ymin: float
    xmax: float
    ymax: float
    score: float
    grade_probabilities: tuple[float, ...] | None = None
    grader_name: str = ""
    severity: float | None = None


@dataclass(frozen=True)
class Pipeline:
    """A loaded detector with the promoted graders of its project.

    `weights` maps each defect type to the weights of its grades, None where it is not graded; `window` are
    the native gray levels (low, high) that the detector was trained to see as black and white.
    """

    model: ModelVersion
    detector: saved_detectors.Detector
    graders: dict[str, tuple[str, saved_graders.Grader]]
    weights: dict[str, list[float] | None]

    @classmethod
    def load(cls, project: Project, *, model_name: str = "") -> "Pipeline":
        """Load `model_name`, or the promoted detector, and the promoted graders; takes seconds.

        Raises ModelMissing and BrokenModel, each with a sentence.
        """
        model = registry.detector(project, model_name)
        return cls(
            model=model,
            detector=saved_detectors.load(
                model.path, names={name: row.name for name, row in project.types_by_name().items()}
            ),
            graders={
                name: (row.name, saved_graders.load(row.path))
                for name, row in registry.graders(project).items()
            },
            weights=weights_of(project),
        )

    @property
    def window(self) -> tuple[float, float]:
        return self.detector.manifest.window

    def predict(
        self, images: Sequence[np.ndarray], *, min_score: float = 0.05, max_boxes: int = 100
    ) -> list[list[Finding]]:
        """Find and grade the defects on uint8 images, already through the gray window; best first."""
        found = self.detector.predict(images, min_score=min_score, max_boxes=max_boxes)
        probabilities = self._grade(images, found)
        return [
            [
                self._finding(detection, probabilities.get((image, place)))
                for place, detection in enumerate(list_)
            ]
            for image, list_ in enumerate(found)
        ]

    def _grade(
        self, images: Sequence[np.ndarray], found: list[list[saved_detectors.Detection]]
    ) -> dict[tuple[int, int], tuple[float, ...]]:
        """Grade all crops of one type in one call; the key is (image, place in its list)."""
        graded: dict[tuple[int, int], tuple[float, ...]] = {}
        for name, (_, grader) in self.graders.items():
            keys = [
                (image, place)
                for image, list_ in enumerate(found)
                for place, detection in enumerate(list_)
                if detection.class_name == name
            ]
            if not keys:
                continue
            crops = [
                crop(images[image], corners_of(found[image][place]), grader.policy, shape=grader.shape)
                for image, place in keys
            ]
            rows = grader.predict(np.stack(crops)).tolist()
            graded |= {key: tuple(row) for key, row in zip(keys, rows, strict=True)}
        return graded

    def _finding(
        self, detection: saved_detectors.Detection, probabilities: tuple[float, ...] | None
    ) -> Finding:
        name = detection.class_name
        return Finding(
            class_name=name,
            **{side: getattr(detection, side) for side in CORNERS},
            score=detection.score,
            grade_probabilities=probabilities,
            grader_name=self.graders[name][0] if probabilities else "",
            severity=severity_of(self.weights.get(name), probabilities=probabilities, score=detection.score),
        )


def weights_of(project: Project) -> dict[str, list[float] | None]:
    """Return each defect type's grade weights in order, None for a type that is not graded."""
    types = project.defect_types.prefetch_related("grades")
    return {row.name: row.weights() if row.graded else None for row in types}
