"""The export command writes whole files and folders, and TFRecord shards with the API's keys."""

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from annotations import exports
from annotations.formats import coco, registry
from annotations.intake import ingest
from annotations.models import ImageState
from tests.factories import make_box, make_image, make_inspection, make_project, make_type, png

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    project = make_project("steel", types=("pit",))
    make_type(project, "scratch", grades=3)
    for number in range(3):
        image = make_image(project, f"part.{number}.png")
        make_box(image, "scratch", xmin=16.0, xmax=32.0, ymin=12.0, ymax=24.0, grade=2, difficult=number == 1)
    make_image(project, "clean.png", split="test", state=ImageState.LABELED)
    return project


def run(out, form, *options) -> None:
    call_command("export", "steel", str(out), "--format", form, *options)


def test_each_format_is_written(project, tmp_path):
    run(tmp_path / "voc", "voc")
    assert len(list((tmp_path / "voc" / "Annotations").iterdir())) == 4
    run(tmp_path / "yolo.zip", "yolo", "--with-images")
    assert (tmp_path / "yolo.zip").stat().st_size > 1000
    run(tmp_path / "deep" / "coco.json", "coco")
    run(tmp_path / "boxes.csv", "csv", "--split", "train")
    with (tmp_path / "boxes.csv").open(newline="") as stream:
        assert len(list(csv.DictReader(stream))) == 3


def test_a_folder_with_files_is_left_alone(project, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    with pytest.raises(CommandError, match="is a folder with files in it; name a new one"):
        run(tmp_path / "out", "voc")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_a_failure_leaves_nothing_under_the_name(project, tmp_path, monkeypatch):
    def broken(*args, **options):
        yield b"half"
        raise OSError(28, "No space left on device")

    row = replace(coco.FORMAT, write=broken)
    monkeypatch.setattr(registry, "named", lambda name: row)
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(CommandError, match=r"Nothing was exported: .*No space left"):
        run(tmp_path / "coco.json", "coco")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_an_export_of_nothing_says_so(tmp_path):
    make_project("steel")
    with pytest.raises(CommandError, match="no labeled image in the split test"):
        run(tmp_path / "x", "voc", "--split", "test")


def test_the_defects_of_inspections_are_written_as_one_table(project, tmp_path):
    with pytest.raises(CommandError, match="steel has no inspection; there is nothing to export"):
        run(tmp_path / "defects.csv", "defects")
    first = make_inspection(project, images=2, defects=2)
    make_inspection(project)
    run(tmp_path / "defects.csv", "defects")
    run(tmp_path / "first.csv", "defects", "--inspection", str(first.pk))
    for name, lines in (("defects.csv", 5), ("first.csv", 4)):
        with (tmp_path / name).open(newline="") as stream:
            assert len(list(csv.DictReader(stream))) == lines


def parsed(path) -> list[dict]:
    import tensorflow as tf

    read = []
    for raw in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
        features = tf.train.Example.FromString(raw).features.feature
        read.append({key: list(getattr(f, f.WhichOneof("kind")).value) for key, f in features.items()})
    return read


@pytest.mark.slow
def test_tfrecords_hold_the_keys_of_the_object_detection_api(project, tmp_path):
    import tensorflow as tf

    run(tmp_path / "tf", "tfrecord")
    names = sorted(path.name for path in (tmp_path / "tf").iterdir())
    assert names == [
        "label_map.pbtxt",
        "test-00000-of-00001.tfrecord",
        "train-00000-of-00001.tfrecord",
    ]
    first, second, _ = parsed(tmp_path / "tf" / "train-00000-of-00001.tfrecord")
    assert first["image/filename"] == [b"part.0.png"]
    assert (first["image/object/bbox/xmin"], first["image/object/bbox/ymax"]) == ([0.25], [0.5])
    assert (first["image/object/class/text"], first["image/object/class/label"]) == ([b"scratch"], [2])
    assert (first["image/object/difficult"], second["image/object/difficult"]) == ([0], [1])
    assert first["image/object/grade"] == [2]
    picture = tf.io.decode_image(first["image/encoded"][0], channels=3).numpy()
    assert picture.shape == (48, 64, 3)
    (clean,) = parsed(tmp_path / "tf" / "test-00000-of-00001.tfrecord")
    assert clean["image/object/class/label"] == []


@pytest.mark.slow
def test_tfrecords_are_read_by_the_keys_of_the_apis_decoder(project, tmp_path):
    import tensorflow as tf

    one, many = tf.io.FixedLenFeature, tf.io.VarLenFeature
    # keys_to_features of object_detection/data_decoders/tf_example_decoder.py, with its types and defaults.
    keys = {
        "image/encoded": one((), tf.string, default_value=""),
        "image/format": one((), tf.string, default_value="jpeg"),
        "image/filename": one((), tf.string, default_value=""),
        "image/key/sha256": one((), tf.string, default_value=""),
        "image/source_id": one((), tf.string, default_value=""),
        "image/height": one((), tf.int64, default_value=1),
        "image/width": one((), tf.int64, default_value=1),
        "image/object/class/text": many(tf.string),
        "image/object/class/label": many(tf.int64),
    }
    keys |= {f"image/object/bbox/{side}": many(tf.float32) for side in ("xmin", "ymin", "xmax", "ymax")}
    optional = ("area", "weight")
    keys |= {f"image/object/{name}": many(tf.float32) for name in optional}
    flags = ("is_crowd", "difficult", "group_of")
    keys |= {f"image/object/{name}": many(tf.int64) for name in flags}
    run(tmp_path / "tf", "tfrecord", "--split", "train")
    (shard,) = (tmp_path / "tf").glob("train-*.tfrecord")
    rows = [tf.io.parse_single_example(raw, keys) for raw in tf.data.TFRecordDataset(str(shard))]
    assert [int(row["image/width"]) for row in rows] == [64] * 3
    assert len({row["image/source_id"].numpy() for row in rows}) == 3
    first = {name: tf.sparse.to_dense(value) for name, value in rows[0].items() if "object" in name}
    box = [float(first[f"image/object/bbox/{side}"][0]) for side in ("xmin", "ymin", "xmax", "ymax")]
    assert box == [0.25, 0.25, 0.5, 0.5]
    assert first["image/object/class/label"].numpy().tolist() == [2]
    assert tf.io.decode_image(rows[0]["image/encoded"]).shape[:2] == (48, 64)


@pytest.mark.slow
def test_tfrecords_show_16_bit_images_through_the_window_and_split_into_shards(tmp_path, settings):
    import tensorflow as tf

    from annotations.imaging.decoding import read_pixels
    from annotations.imaging.gray_window import apply_window
    from inference.formats import tfrecords

    settings.MEDIA_ROOT = tmp_path / "media"
    project = make_project("deep", types=("pit",), window_low=1000, window_high=60000)
    contents = [png(mode="I;16", seed=seed) for seed in range(3)]
    for number, content in enumerate(contents):
        ingest.add_image(project, f"{number}.png", io.BytesIO(content), split="train")
    project.images.update(state=ImageState.LABELED)
    count = tfrecords.write(
        exports.records(project),
        tmp_path,
        class_ids={"pit": 1},
        window=(1000, 60000),
        open_file=default_storage.open,
        per_shard=2,
    )
    assert count == 3
    shards = sorted(path.name for path in tmp_path.glob("*.tfrecord"))
    assert shards == ["train-00000-of-00002.tfrecord", "train-00001-of-00002.tfrecord"]
    shown = tf.io.decode_image(parsed(tmp_path / shards[0])[0]["image/encoded"][0]).numpy()[..., 0]
    np.testing.assert_array_equal(shown, apply_window(read_pixels(contents[0]), low=1000, high=60000))
