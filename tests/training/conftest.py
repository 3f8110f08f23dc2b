"""One tiny detector, trained once for all tests that need a trained one."""

import pytest

from tests.training.squares import TINY, be_silent, draw_squares


@pytest.fixture(scope="session")
def square_training(tmp_path_factory):
    """A finished training of two classes of squares: the folder, the samples and what train() returned."""
    from training.detector.fitting.trainer import train

    folder = tmp_path_factory.mktemp("square-training")
    samples = draw_squares(16)
    trained = train(
        samples, class_names=["bright", "ring"], config=TINY, folder=folder, report=be_silent, load=None
    )
    return folder, samples, trained


@pytest.fixture(scope="session")
def square_model(square_training, tmp_path_factory):
    """The model folder exported from square_training."""
    from training.detector.exporting.export import export

    folder, _, _ = square_training
    return export(folder, tmp_path_factory.mktemp("models") / "squares", thresholds={"ring": 0.5})
