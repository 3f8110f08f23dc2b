"""The file model.json of a model folder: what the model is, and how it was made.

A folder holds `model.json`, `weights.weights.h5` and `saved_model/`; it is whole, or absent. Importing this
module does not import TensorFlow.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from inference.setting_names import present_names

FILE = "model.json"
FORMAT = 1
DETECTOR, GRADER = "detector", "grader"


class BrokenModel(ValueError):
    """A model folder that cannot be read or run; the text says why."""


def read(folder: Path | str, kind: str) -> dict[str, Any]:
    """Return what model.json says about a model of `kind` ("detector" or "grader").

    Its settings have their present names. Raises BrokenModel when the file is missing, damaged, of another
    kind or of another format.
    """
    path = Path(folder) / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BrokenModel(f"{path} is missing.") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BrokenModel(f"{path} cannot be read: {error}.") from error
    if not isinstance(values, dict) or values.get("kind") != kind:
        raise BrokenModel(f"{path} does not describe a {kind}.")
    if values.get("format") != FORMAT:
        raise BrokenModel(f"{path} has format {values.get('format')}; this version reads format {FORMAT}.")
    config = values.get("config") or {}
    if not isinstance(config, dict):
        raise BrokenModel(f"{path} lacks or garbles an entry: config is no object.")
    return {**values, "config": present_names(config)}


def dump(values: dict[str, Any]) -> str:
    """Return the text of a model.json that holds `values`."""
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
