"""Use a detector that Blemish exported, or make one for it to import, knowing nothing but TensorFlow.

python saved_model.py draw steel-detector/saved_model part.png drawn.png --score 0.5
python saved_model.py make bright-detector/saved_model

`draw` works with every SavedModel that has the serving signature of the TensorFlow Object Detection API.
`make` writes one in that signature: it boxes what is brighter than its surroundings, and needs no training.
"""

import argparse
from pathlib import Path

import tensorflow as tf

RED = [[1.0, 0.0, 0.0]]


def detect(model, pixels):
    """Return boxes [n, 4] as ymin, xmin, ymax, xmax from 0 to 1, scores and classes of uint8 [H, W, 3]."""
    found = model.signatures["serving_default"](input_tensor=pixels[tf.newaxis])
    count = int(found["num_detections"][0])
    boxes, scores, classes = (
        found[f"detection_{name}"][0, :count] for name in ("boxes", "scores", "classes")
    )
    return boxes.numpy(), scores.numpy(), classes.numpy().astype(int)


def draw(folder: Path, image: Path, out: Path, *, least: float) -> list[tuple]:
    """Draw the boxes that score at least `least` into `out`, a PNG; return (class, score, box) of each."""
    model = tf.saved_model.load(str(folder))
    pixels = tf.io.decode_image(tf.io.read_file(str(image)), channels=3, expand_animations=False)
    boxes, scores, classes = detect(model, pixels)
    sure = scores >= least
    levels = tf.image.convert_image_dtype(pixels, tf.float32)[tf.newaxis]
    drawn = tf.image.draw_bounding_boxes(levels, boxes[sure][tf.newaxis], RED)[0]
    tf.io.write_file(str(out), tf.io.encode_png(tf.image.convert_image_dtype(drawn, tf.uint8, saturate=True)))
    return list(zip(classes[sure].tolist(), scores[sure].tolist(), boxes[sure].tolist(), strict=True))


class BrightSpots(tf.Module):
    """One box around everything that is much brighter than the image's mean; class 1."""

    @tf.function(input_signature=[tf.TensorSpec([1, None, None, 3], tf.uint8, name="input_tensor")])
    def serve(self, input_tensor):
        """Answer in the signature of the TensorFlow Object Detection API."""
        gray = tf.reduce_mean(tf.cast(input_tensor[0], tf.float32), axis=-1)
        bright = gray > tf.reduce_mean(gray) + 60.0
        places = tf.cast(tf.where(bright), tf.float32)
        size = tf.cast(tf.shape(gray), tf.float32)
        any_bright = tf.shape(places)[0] > 0
        box = tf.cond(
            any_bright,
            lambda: tf.concat([tf.reduce_min(places, 0) / size, (tf.reduce_max(places, 0) + 1.0) / size], 0),
            lambda: tf.zeros([4]),
        )
        contrast = tf.reduce_max(gray) - tf.reduce_mean(gray)
        score = tf.where(any_bright, tf.clip_by_value(contrast / 255.0, 0.0, 1.0), 0.0)
        return {
            "num_detections": tf.cast(any_bright, tf.float32)[tf.newaxis],
            "detection_boxes": box[tf.newaxis, tf.newaxis],
            "detection_scores": score[tf.newaxis, tf.newaxis],
            "detection_classes": tf.ones([1, 1]),
        }


def make(folder: Path) -> None:
    """Write the detector of bright spots as a SavedModel."""
    module = BrightSpots()
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.serve})


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw", help="draw what a SavedModel finds on an image")
    drawing.add_argument("model", type=Path)
    drawing.add_argument("image", type=Path)
    drawing.add_argument("out", type=Path)
    drawing.add_argument("--score", type=float, default=0.5)
    making = commands.add_parser("make", help="write a SavedModel that finds bright spots")
    making.add_argument("model", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "make":
        make(options.model)
        return
    for number, score, box in draw(options.model, options.image, options.out, least=options.score):
        print(f"class {number}, score {score:.2f}, at", " ".join(f"{side:.3f}" for side in box))


if __name__ == "__main__":
    main()
