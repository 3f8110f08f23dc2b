"""The example that knows only TensorFlow: it runs our models, and what it makes runs here."""

import ast
import importlib.util

import numpy as np
import PIL.Image
import pytest

from inference import model_transfer, registry
from inference.pipeline import Pipeline
from runner import ROOT
from tests.factories import make_project

SCRIPT = ROOT / "docs" / "examples" / "saved_model.py"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def example():
    """Give the script as a module, loaded by its path."""
    spec = importlib.util.spec_from_file_location("saved_model_example", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_knows_only_tensorflow():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    assert names == {"argparse", "pathlib", "tensorflow"}


def spotted(side: int = 64) -> np.ndarray:
    """Return a gray image with a bright spot at x 20 to 36, y 12 to 24."""
    pixels = np.full((side, side), 70, np.uint8)
    pixels[12:24, 20:36] = 230
    return pixels


def test_it_draws_correct_boxes_of_an_exported_detector(example, square_model, square_training, tmp_path):
    _, samples, _ = square_training
    PIL.Image.fromarray(samples[0].pixels).save(tmp_path / "part.png")
    found = example.draw(
        square_model / "saved_model", tmp_path / "part.png", tmp_path / "drawn.png", least=0.3
    )
    number, score, (ymin, xmin, ymax, xmax) = found[0]
    assert (number, score > 0.3) == (1, True)
    np.testing.assert_allclose(np.array([xmin, ymin, xmax, ymax]) * 64, samples[0].boxes[0], atol=6)
    drawn = np.asarray(PIL.Image.open(tmp_path / "drawn.png").convert("RGB")).astype(int)
    red = (drawn[..., 0] > 200) & (drawn[..., 1] < 60) & (drawn[..., 2] < 60)
    rows, columns = np.nonzero(red)
    edges = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    np.testing.assert_allclose(edges, samples[0].boxes[0], atol=7)


@pytest.mark.django_db
def test_what_it_makes_is_imported_and_predicts(example, tmp_path):
    example.main(["make", str(tmp_path / "bright" / "saved_model")])
    project = make_project(types=())
    model = model_transfer.import_model(project, tmp_path / "bright", labels={1: "spot"})
    registry.promote(model)
    (found,) = Pipeline.load(project).predict([spotted()])
    (box,) = found
    assert (box.class_name, box.xmin, box.ymin, box.xmax, box.ymax) == ("spot", 20.0, 12.0, 36.0, 24.0)
