"""A round's curves as TensorBoard event files, written by TensorFlow's own summary writer.

TensorBoard itself is not needed for writing: `tf.summary.scalar` lives in its package, so the same record is
written here by the operation below it, marked for the plug-in "scalars".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

FOLDER = "events"


class Scalars:
    """Event files in one folder; a resumed round adds a file, and TensorBoard joins them."""

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf

        self._tf = tf
        self._writer = tf.summary.create_file_writer(str(folder))
        self._about = tf.compat.v1.SummaryMetadata(
            plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars")
        )
        # The class of a scalar in tensorboard.compat.proto.summary: DATA_CLASS_SCALAR.
        self._about.data_class = 1

    def write(self, step: int, values: Mapping[str, float | None]) -> None:
        """Write `values` at `step`, those that are numbers, so that a reader sees them at once."""
        tf = self._tf
        with self._writer.as_default():
            for name, value in values.items():
                if value is not None and math.isfinite(value):
                    tf.summary.write(name, tf.constant(value, tf.float32), step=step, metadata=self._about)
        self._writer.flush()
