"""Models for tests: a detector that always finds the same boxes, a grader that tells bright from dark."""

import json
from pathlib import Path

import tensorflow as tf

from annotations.models import Project
from inference import registry
from inference.models import ModelKind, ModelVersion
from tests.factories import make_project, make_type
from tests.inference.detector.test_saved_detectors import MANIFEST, write_model

DETECTOR = "tiny-detector"
GRADER = "tiny-grader"


def write_grader(folder: Path, *, defect_type: str = "pit", size: int = 16) -> Path:
    """Write a grader of two grades: the probability of grade 2 is the crop's mean brightness."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None, size, size], tf.uint8, name="crops")])
    def grade(crops):
        bright = tf.reduce_mean(tf.cast(crops, tf.float32) / 255.0, axis=(1, 2))
        return {"probabilities": tf.stack([1.0 - bright, bright], axis=1)}

    module.grade = grade
    folder.mkdir(parents=True)
    tf.saved_model.save(module, str(folder / "saved_model"), {"serving_default": grade})
    about = {
        "format": 1,
        "kind": "grader",
        "defect_type": defect_type,
        "levels": 2,
        "size": size,
        "policy": "square",
    }
    (folder / "model.json").write_text(json.dumps(about))
    return folder


def make_inspecting_project(*, types: tuple[str, ...] = ("scratch",)) -> Project:
    """Make a project whose promoted models find a pit (of weight 0.2 or 1) and, faintly, a scratch.

    The pit lies at [0.2, 0.6) of the width and [0.1, 0.5) of the height; its score is the image's mean
    brightness. The scratch covers everything with a score of 0.25.
    """
    project = make_project(types=types)
    pit = make_type(project, "pit", grades=2)
    pit.grades.filter(level=1).update(weight=0.2)
    # Projects of other tests have had the same number, and the same folders.
    detector, grader = registry.path_for(project, DETECTOR), registry.path_for(project, GRADER)
    if not detector.exists():
        detector.parent.mkdir(parents=True, exist_ok=True)
        write_model(detector)
    if not grader.exists():
        write_grader(grader)
    models = [
        registry.register(project, DETECTOR, kind=ModelKind.DETECTOR, class_names=MANIFEST["class_names"]),
        registry.register(project, GRADER, kind=ModelKind.GRADER, defect_type=pit),
    ]
    for model in models:
        registry.promote(model)
    assert ModelVersion.objects.promoted().filter(project=project).count() == 2
    return project
