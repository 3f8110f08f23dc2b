"""The pipeline: every crop of one type in one call, each result with its own defect."""

import numpy as np
import pytest

from inference.detector.saved_detectors import Detection
from inference.pipeline import Pipeline


class Boxes:
    """Finds what it was told, image by image."""

    def __init__(self, *found):
        self.found = [list(list_) for list_ in found]

    def predict(self, images, *, min_score, max_boxes):
        return [[box for box in list_ if box.score >= min_score][:max_boxes] for list_ in self.found]


class Brightness:
    """A grader of two grades that counts its calls."""

    policy, shape = "square", (8, 8)

    def __init__(self):
        self.calls = []

    def predict(self, crops):
        self.calls.append(len(crops))
        bright = crops.mean(axis=(1, 2)) / 255
        return np.stack([1 - bright, bright], axis=1)


def box(name: str, left: float, score: float = 0.9) -> Detection:
    return Detection(name, left, 2.0, left + 8.0, 10.0, score)


@pytest.fixture
def grader():
    return Brightness()


def pipeline(grader, *found) -> Pipeline:
    weights = {"pit": [0.0, 1.0], "dent": [0.5], "stain": None}
    return Pipeline(None, Boxes(*found), {"pit": ("grader-1", grader)}, weights)


def test_all_crops_of_a_type_are_graded_in_one_call_and_go_back_to_their_defects(grader):
    dark, bright = np.zeros((20, 40), np.uint8), np.full((20, 40), 255, np.uint8)
    models = pipeline(grader, [box("stain", 0), box("pit", 9)], [], [box("pit", 3), box("pit", 20)])
    first, second, third = models.predict([dark, dark, bright])
    assert grader.calls == [3]
    assert second == []
    assert [(f.class_name, f.grade_probabilities, f.severity) for f in first] == [
        ("stain", None, 0.9),
        ("pit", (1.0, 0.0), 0.0),
    ]
    assert [(f.xmin, f.grade_probabilities, f.severity) for f in third] == [
        (3, (0.0, 1.0), 1.0),
        (20, (0.0, 1.0), 1.0),
    ]
    assert {f.grader_name for f in third} == {"grader-1"}


def test_a_graded_type_without_a_grader_has_no_severity_yet(grader):
    (found,) = pipeline(grader, [box("dent", 0)]).predict([np.zeros((20, 20), np.uint8)])
    assert (found[0].severity, found[0].grader_name) == (None, "")
    assert grader.calls == []


def test_score_and_count_are_handed_to_the_detector(grader):
    models = pipeline(grader, [box("pit", 0, 0.9), box("pit", 5, 0.5), box("pit", 9, 0.2)])
    image = np.zeros((20, 20), np.uint8)
    assert len(models.predict([image], min_score=0.3)[0]) == 2
    assert len(models.predict([image], min_score=0.1, max_boxes=1)[0]) == 1
