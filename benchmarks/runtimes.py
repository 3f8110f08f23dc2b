"""The bare network, without suppression, in several runtimes: speed and how far its answers are apart.

tensorflow is the frozen graph that Blemish exports. The others are tried where they are installed; into a
throw-away environment, for instance:

    pip install --target /tmp/runtimes --no-deps openvino onnxruntime tf2onnx onnx ai-edge-litert
    PYTHONPATH=/tmp/runtimes python benchmarks/predict.py --runtime all
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

BATCH = 32
SIDE = 224
SECONDS = 2.0  # of one run
# What converters raise when they cannot take the network.
FAILURES = (RuntimeError, ValueError, TypeError, AttributeError, LookupError, NotImplementedError, OSError)

Run = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def compare(names: list[str], *, repeats: int) -> dict[str, dict]:
    """Return for each runtime images a second in batches and singly, and its distance from TensorFlow."""
    unknown = sorted(set(names) - set(RUNTIMES))
    if unknown:
        raise SystemExit(f"There is no runtime {', '.join(unknown)}; known are {', '.join(RUNTIMES)}.")
    model = build_model()
    images = np.random.default_rng(0).integers(0, 256, (BATCH, SIDE, SIDE, 1)).astype(np.uint8)
    wanted = find(model, *make_tensorflow(model)(images))
    runs: dict[str, Run] = {}
    figures: dict[str, dict] = {}
    for name in dict.fromkeys(["tensorflow", *names]):
        try:
            runs[name] = RUNTIMES[name](model)
            found = find(model, *runs[name](images))
            apart = max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True))
            runs[name](images[:1])
        except ImportError as error:
            figures[name] = {"missing": f"not installed ({error})"}
            runs.pop(name, None)
            continue
        except FAILURES as error:
            figures[name] = {"missing": f"{type(error).__name__}: {' '.join(str(error).split())[:90]}"}
            runs.pop(name, None)
            continue
        figures[name] = {"apart": apart, "batched_runs": [], "single_runs": []}
    for _ in range(repeats):
        for name, run in runs.items():
            figures[name]["batched_runs"].append(time_one(run, images))
            figures[name]["single_runs"].append(time_one(run, images[:1]))
    for name in runs:
        for kind in ("batched", "single"):
            figures[name][kind] = statistics.median(figures[name][f"{kind}_runs"])
    return figures


def build_model():
    """Return the default network with random weights; its config goes along as `settings`."""
    from training.detector.config import DetectorConfig
    from training.detector.network import build

    config = DetectorConfig(input_size=SIDE)
    model = build(config, classes=6, precision="float32")
    return model


def find(model, logits: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and boxes, the two things that people see of a network's answer."""
    import tensorflow as tf

    from training.detector.network import decode, make_points

    points, strides = (tf.constant(part) for part in make_points(SIDE))
    return tf.sigmoid(logits).numpy(), decode(tf.constant(distances), points, strides).numpy()


def time_one(run: Run, images: np.ndarray) -> float:
    """Return images a second over SECONDS."""
    started, count = time.perf_counter(), 0
    while (spent := time.perf_counter() - started) < SECONDS:
        run(images)
        count += len(images)
    return count / spent


def make_tensorflow(model) -> Run:
    """Freeze as the export does."""
    import tensorflow as tf

    from training.detector.exporting.serving import freeze

    frozen = freeze(model)
    return lambda images: tuple(part.numpy() for part in frozen(tf.constant(images)))


def make_xla(model) -> Run:
    """Compile the network with XLA."""
    import tensorflow as tf

    compiled = tf.function(lambda images: model(images, training=False), jit_compile=True)
    return lambda images: tuple(part.numpy() for part in compiled(tf.constant(images)))


def make_litert(model) -> Run:
    """Convert to TFLite, run by ai-edge-litert or by TensorFlow's own interpreter, with XNNPACK."""
    import tensorflow as tf

    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        Interpreter = tf.lite.Interpreter

    interpreters: dict[int, Any] = {}

    def make(batch: int):
        # For this very batch: XNNPACK leaves graphs with an open one to slow kernels. Frozen first: the
        # converter loses the values of Keras' variables, and then every answer is NaN.
        frozen = _freeze_function(model, batch)
        content = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
        interpreter = Interpreter(model_content=content, num_threads=2)
        interpreter.allocate_tensors()
        return interpreter

    def run(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if len(images) not in interpreters:
            interpreters[len(images)] = make(len(images))
        interpreter = interpreters[len(images)]
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], images)
        interpreter.invoke()
        found = [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
        return _in_order(found)

    return run


def make_onnx(model) -> Run:
    """Convert with tf2onnx, run by ONNX Runtime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(_to_onnx(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda images: _in_order(session.run(None, {name: images}))


def _to_onnx(model) -> bytes:
    import tensorflow as tf
    import tf2onnx

    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE, 1], tf.uint8, name="images")])
    def serve(images):
        return model(images, training=False)

    converted, _ = tf2onnx.convert.from_function(serve, input_signature=serve.input_signature, opset=17)
    return converted.SerializeToString()


def make_openvino(model) -> Run:
    """Convert the frozen graph, run by OpenVINO in float32."""
    import openvino

    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "frozen.pb"
        path.write_bytes(_freeze_function(model, None).graph.as_graph_def().SerializeToString())
        try:
            converted = openvino.convert_model(str(path))
            options = {"INFERENCE_PRECISION_HINT": "f32"}
            compiled = openvino.Core().compile_model(converted, "CPU", options)
        except Exception as error:  # its failures have no common class of their own
            raise RuntimeError(error) from error
    return lambda images: _in_order(list(compiled(images).values()))


def _freeze_function(model, batch: int | None):
    """Return the network as a function of constants, for batches of one size or, with None, of any."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    @tf.function(input_signature=[tf.TensorSpec([batch, SIDE, SIDE, 1], tf.uint8, name="images")])
    def serve(images):
        return model(images, training=False)

    return convert_variables_to_constants_v2(serve.get_concrete_function())


def _in_order(found: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return logits [B, P, 6] before distances [B, P, 4], whatever the runtime's order."""
    logits, distances = sorted((np.asarray(part) for part in found), key=lambda part: -part.shape[-1])
    return logits, distances


RUNTIMES: dict[str, Callable] = {
    "tensorflow": make_tensorflow,
    "xla": make_xla,
    "litert": make_litert,
    "onnx": make_onnx,
    "openvino": make_openvino,
}
