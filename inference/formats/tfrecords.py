"""`TFRecord` shards of `tf.train.Example` with the feature keys of the TensorFlow Object Detection API.

Keys and types are those that its `TfExampleDecoder` reads: boxes as shares of the image's size, labels from
1, texts in UTF-8, the image as PNG or JPEG. What the decoder sees is what our own networks see: pixels
through the project's gray window. `image/object/grade` (0 = none) is ours; the decoder passes it over.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import PIL.Image

from annotations.formats.dataset_format import Dataset, DatasetFormat, Layout
from annotations.formats.records import ImageRecord
from annotations.imaging import decoding, gray_window
from inference.formats import label_maps

PER_SHARD = 1000
# Left out of a shard's name until the count of shards is known.
_DRAFT = ".draft"


def write_dataset(dataset: Dataset, folder: Path) -> int:
    """Write the label map and the shards of a dataset into `folder`; return the count of images."""
    class_ids = {name: number for number, name in enumerate(dataset.class_names, start=1)}
    label_map = label_maps.write({number: name for name, number in class_ids.items()})
    (folder / "label_map.pbtxt").write_text(label_map, "utf-8")
    return write(
        dataset.records,
        folder,
        class_ids=class_ids,
        window=dataset.window,
        open_file=dataset.open_file,
    )


def write(
    records: Iterable[ImageRecord],
    folder: Path,
    *,
    class_ids: Mapping[str, int],
    window: tuple[float, float],
    open_file: Callable[[str], IO[bytes]],
    per_shard: int = PER_SHARD,
) -> int:
    """Write `<split>-00000-of-00003.tfrecord` shards into `folder` and return the count of images.

    `class_ids` counts from 1. Raises decoding.UnreadableImage, OSError.
    """
    import tensorflow as tf  # heavy, and only this format needs it

    counts: dict[str, int] = {}
    drafts: dict[str, list[Path]] = {}
    with ExitStack() as stack:
        writers: dict[str, tf.io.TFRecordWriter] = {}
        for record in records:
            split = record.split
            if counts.get(split, 0) % per_shard == 0:
                drafts.setdefault(split, []).append(
                    folder / f"{split}-{len(drafts.get(split, [])):05d}{_DRAFT}"
                )
                writers[split] = stack.enter_context(tf.io.TFRecordWriter(str(drafts[split][-1])))
            counts[split] = counts.get(split, 0) + 1
            with open_file(record.file) as stream:
                data, form = encoded(stream, record, window=window)
            writers[split].write(example(record, data, form, class_ids=class_ids).SerializeToString())
    for paths in drafts.values():
        for path in paths:
            path.rename(path.with_name(f"{path.stem}-of-{len(paths):05d}.tfrecord"))
    return sum(counts.values())


def encoded(stream: IO[bytes], record: ImageRecord, *, window: tuple[float, float]) -> tuple[bytes, str]:
    """Return an image as (bytes, "png" or "jpeg") of 8 bits through the window.

    An original that is so already is passed on untouched.
    """
    if record.bit_depth == 8 and record.format in ("PNG", "JPEG") and window == gray_window.default_window(8):
        return stream.read(), record.format.lower()
    pixels = gray_window.apply_window(
        decoding.read_pixels(stream, name=record.name), low=window[0], high=window[1]
    )
    buffer = io.BytesIO()
    PIL.Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue(), "png"


def example(record: ImageRecord, data: bytes, form: str, *, class_ids: Mapping[str, int]):
    """Return the `tf.train.Example` of an image; `data` is its encoded picture, `form` "png" or "jpeg"."""
    import tensorflow as tf

    def texts(values: Sequence[str | bytes]) -> tf.train.Feature:
        raw = [value.encode() if isinstance(value, str) else value for value in values]
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=raw))

    def numbers(values: Sequence[int]) -> tf.train.Feature:
        return tf.train.Feature(int64_list=tf.train.Int64List(value=values))

    def shares(side: str, whole: int) -> tf.train.Feature:
        return tf.train.Feature(
            float_list=tf.train.FloatList(value=[box[side] / whole for box in record.boxes])
        )

    boxes = record.boxes
    features = {
        "image/height": numbers([record.height]),
        "image/width": numbers([record.width]),
        "image/filename": texts([record.name]),
        "image/source_id": texts([str(record.id)]),
        "image/key/sha256": texts([record.sha256]),
        "image/encoded": texts([data]),
        "image/format": texts([form]),
        "image/object/bbox/xmin": shares("xmin", record.width),
        "image/object/bbox/xmax": shares("xmax", record.width),
        "image/object/bbox/ymin": shares("ymin", record.height),
        "image/object/bbox/ymax": shares("ymax", record.height),
        "image/object/class/text": texts([box["type_name"] for box in boxes]),
        "image/object/class/label": numbers([class_ids[box["type_name"]] for box in boxes]),
        "image/object/difficult": numbers([int(box["difficult"]) for box in boxes]),
        "image/object/truncated": numbers([int(box["truncated"]) for box in boxes]),
        "image/object/view": texts([box["pose"] for box in boxes]),
        "image/object/grade": numbers([box["grade"] or 0 for box in boxes]),
    }
    return tf.train.Example(features=tf.train.Features(feature=features))


FORMAT = DatasetFormat(
    name="tfrecord",
    label="TFRecord",
    layout=Layout.FOLDER,
    write=write_dataset,
    used_by="For the TensorFlow Object Detection API: shards per split, with the images, and a label map.",
    keeps="images through the gray window, boxes, types, splits, grades, difficult, truncated, pose",
    loses="gray levels beyond 8 bits, occluded, part, lot and line, who labeled, what a model proposed",
)
