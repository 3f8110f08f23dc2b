"""The state of a training on disk: one file, which is whole or absent."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from annotations.atomic_files import atomic_write

FORMAT = 1
FILE = "state.npz"
KEPT = "kept"  # beside the checkpoint: averaged weights on the way, a folder each


class BrokenCheckpoint(ValueError):
    """A checkpoint that cannot be read, or belongs to another training."""


@dataclass(frozen=True, eq=False)
class State:
    """Everything a training goes on from. facts are JSON-able; arrays are lists of tensors by their role."""

    facts: dict
    arrays: dict[str, list[np.ndarray]]


def save(folder: Path, state: State) -> None:
    """Write the state into the folder, replacing the one there at once."""
    folder.mkdir(parents=True, exist_ok=True)
    flat: dict[str, Any] = {
        f"{role}/{index:04d}": array
        for role, arrays in state.arrays.items()
        for index, array in enumerate(arrays)
    }
    facts = json.dumps({"format": FORMAT, **state.facts})
    with atomic_write(folder / FILE, durable=True) as draft:
        np.savez(draft, facts=np.array(facts), **flat)


def restore(folder: Path) -> State | None:
    """Read the state of the folder; None when there is none. Raises BrokenCheckpoint."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as file:
            facts = json.loads(str(file["facts"]))
            names = sorted(name for name in file.files if name != "facts")
            arrays: dict[str, list[np.ndarray]] = {}
            for name in names:
                arrays.setdefault(name.split("/")[0], []).append(file[name])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        sentence = f"{path}: the checkpoint is damaged ({error}). Start a new round."
        raise BrokenCheckpoint(sentence) from error
    if facts.get("format") != FORMAT:
        raise BrokenCheckpoint(
            f"{path}: the checkpoint has format {facts.get('format')}, this version reads {FORMAT}. "
            "Start a new round."
        )
    return State(facts, arrays)
