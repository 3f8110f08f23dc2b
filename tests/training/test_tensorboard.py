"""A round's curves lie in event files that TensorBoard reads."""

import pytest

from training.tensorboard import Scalars

pytestmark = pytest.mark.slow


def read(folder) -> list[tuple[str, int, float, str]]:
    """Return (name, step, value, plug-in) of every scalar in FOLDER, parsed by TensorFlow's own protocol."""
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    rows = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        for raw in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            event = event_pb2.Event.FromString(raw)
            rows += [
                (
                    value.tag,
                    event.step,
                    round(float(tf.make_ndarray(value.tensor)), 4),
                    value.metadata.plugin_data.plugin_name,
                )
                for value in event.summary.value
            ]
    return rows


def test_values_are_written_at_once_and_what_is_no_number_is_left_out(tmp_path):
    scalars = Scalars(tmp_path)
    scalars.write(3, {"loss/total": 0.5, "test/map": None, "loss/box": float("nan")})
    scalars.write(4, {"loss/total": 0.25})
    assert read(tmp_path) == [("loss/total", 3, 0.5, "scalars"), ("loss/total", 4, 0.25, "scalars")]


def test_a_resumed_round_adds_a_file(tmp_path):
    Scalars(tmp_path).write(1, {"loss/total": 1.0})
    Scalars(tmp_path).write(2, {"loss/total": 0.5})
    assert [step for _, step, _, _ in read(tmp_path)] == [1, 2]
