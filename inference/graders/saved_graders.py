"""Run a severity grader: its exported folder alone, without any code of the training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from annotations.severity.from_grades import likely_grade
from inference import model_folders
from inference.model_folders import BrokenModel

BATCH = 256  # crops in one call; more would only cost memory


@dataclass(frozen=True)
class Grader:
    """A loaded grader: what it grades, how its crops are cut, and how to call it."""

    folder: Path
    defect_type: str
    levels: int
    shape: tuple[int, int]  # height and width of a crop
    policy: str
    # The whole SavedModel: its functions work only as long as the object that owns them exists.
    module: Any

    def predict(self, crops: np.ndarray) -> np.ndarray:
        """Grade uint8 crops `[N, *shape]`: float probabilities `[N, K]` of grades 1..K; a row adds to 1."""
        if crops.dtype != np.uint8 or crops.shape[1:] != self.shape:
            raise ValueError(
                f"The grader of {self.defect_type} takes uint8 crops of "
                f"{self.shape[0]} × {self.shape[1]} pixels, not {crops.dtype} {crops.shape[1:]}."
            )
        if not len(crops):
            return np.zeros((0, self.levels))
        import tensorflow as tf

        signature = self.module.signatures["serving_default"]
        parts = [
            signature(crops=tf.constant(crops[start : start + BATCH]))["probabilities"].numpy()
            for start in range(0, len(crops), BATCH)
        ]
        probabilities = np.concatenate(parts).astype(float)
        return probabilities / probabilities.sum(axis=1, keepdims=True)


def load(folder: Path | str) -> Grader:
    """Load the grader in `folder`; raises BrokenModel when it is missing, damaged or of another format."""
    folder = Path(folder)
    about = model_folders.read(folder, model_folders.GRADER)
    import tensorflow as tf

    try:
        module = tf.saved_model.load(str(folder / "saved_model"))
        module.signatures["serving_default"]
    except (OSError, ValueError, KeyError, tf.errors.OpError) as error:
        raise BrokenModel(f"The grader in {folder} cannot be loaded: {error}") from error
    try:
        return Grader(
            folder=folder,
            defect_type=str(about["defect_type"]),
            levels=int(about["levels"]),
            shape=_shape_of(about),
            policy=str(about["policy"]),
            module=module,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenModel(f"{folder / model_folders.FILE} lacks or garbles an entry: {error!r}.") from error


def _shape_of(about: dict) -> tuple[int, int]:
    """Return height and width of a crop; graders of an earlier release name one side of a square."""
    height, width = about["shape"] if "shape" in about else (about["size"], about["size"])
    return int(height), int(width)


def likely_grades(probabilities: np.ndarray) -> np.ndarray:
    """Return `likely_grade` of each row of `[N, K]` as int `[N]`, from 1."""
    return np.array([likely_grade(row) for row in np.asarray(probabilities, float).tolist()], int)
