"""What a format exports it reads back: the same boxes of the same images, with any name of a type."""

import contextlib
import io
import uuid
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from annotations.formats import registry
from annotations.formats.dataset_format import Dataset, Layout
from annotations.formats.labels import FormatError
from annotations.formats.records import BOX_FIELDS, ImageRecord
from annotations.geometry import CORNERS
from annotations.imaging.gray_window import default_window

ROWS = registry.readable()
EVERY_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
ODD = [
    "=cmd|calc", "'=1", "''-2", "+1", "@x", 'a "b"', "a: b", "- a", "# a", "a, b", "a;b", "yes", "null", "1",
    "007", "ü", "深い傷", "😀 deep", "{a}", "[a]", "&a", "*a", "<a>", "a\\nb", "a'b", "%", "\x7f",
    "~", "|", "> a",
]  # fmt: skip
letters = st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp"))
type_names = st.one_of(st.sampled_from(ODD), st.text(letters, min_size=1, max_size=30).map(str.strip)).filter(
    len
)
WIDTH, HEIGHT = 640, 480


def sides(most: int):
    """Return pairs low < high within an image, often at its borders."""
    place = st.one_of(st.sampled_from([0.0, float(most), 0.5, most - 0.25]), st.floats(0, most))
    return st.tuples(place, place).map(sorted).filter(lambda pair: pair[1] - pair[0] > 1e-3).map(tuple)


@st.composite
def boxes(draw, names):
    x, y = draw(sides(WIDTH)), draw(sides(HEIGHT))
    values = {
        "type_name": draw(st.sampled_from(names)),
        **dict(zip(CORNERS, (x[0], y[0], x[1], y[1]), strict=True)),
        "grade": draw(st.sampled_from([None, 1, 5])),
        **{flag: draw(st.booleans()) for flag in ("difficult", "truncated", "occluded")},
        "pose": draw(st.sampled_from(["Unspecified", "Left", "=x"])),
    }
    return dict.fromkeys(BOX_FIELDS) | values | {"uid": uuid.uuid4(), "origin": "human"}


@st.composite
def datasets(draw):
    names = draw(st.lists(type_names, min_size=1, max_size=4, unique=True))
    images = ["a.png", "A.jpg", "b.1.bmp", "ü =1.png"][: draw(st.integers(1, 4))]
    records = [
        ImageRecord(
            id=number, name=name, file=name, format="PNG", sha256="", width=WIDTH, height=HEIGHT, channels=1,
            bit_depth=8, split=draw(st.sampled_from(["train", "calibration", "test"])), state="labeled",
            boxes=tuple(draw(st.lists(boxes(names), max_size=4))),
        )
        for number, name in enumerate(images, start=1)
    ]  # fmt: skip
    return dataset_of(records, names)


def dataset_of(records, names) -> Dataset:
    return Dataset(
        name="Steel",
        slug="steel",
        class_names=names,
        records=records,
        window=default_window(8),
        open_file=lambda name: io.BytesIO(b""),
    )


def read_back(row, dataset: Dataset) -> dict[str, list[dict]]:
    """Export a dataset, read it, and return the boxes by the image's name or the label file's stem."""
    content = b"".join(row.chunks(dataset))
    if row.layout is Layout.ARCHIVE:
        archive = zipfile.ZipFile(io.BytesIO(content))
        paths = [path for path in archive.namelist() if row.reader.claims(path)]
        files = {path: lambda path=path: archive.read(path) for path in paths}
    else:
        files = {row.file_name: lambda: content}
    found = row.reader.read(files)
    assert (found.recognised, list(found.problems)) == (True, [])
    assert found.used == set(files)
    read = {}
    for item in found.items:
        labels = item.load()
        values = labels.values(width=WIDTH, height=HEIGHT, image_name="x")
        assert labels.type_names == {box["type_name"] for box in values}
        read[labels.image or labels.source.rpartition("/")[2].removesuffix(".txt")] = values
    return read


# What a format does not keep, as its row says, is not compared.
KEPT = {
    "voc": ("grade", "difficult", "truncated", "occluded", "pose"),
    "coco": ("grade", "difficult", "truncated", "occluded", "pose"),
    "yolo": (),
    "csv": ("grade", "difficult", "truncated", "occluded", "pose"),
}


@EVERY_ROW
@settings(max_examples=60, deadline=None)
@given(dataset=datasets())
def test_an_export_is_read_back_with_the_same_boxes(row, dataset):
    read = read_back(row, dataset)
    for record in dataset.records:
        if row.name == "csv" and not record.boxes:
            continue
        stem = record.name.rpartition(".")[0]
        values = read.pop(record.name if record.name in read else stem)
        assert [box["type_name"] for box in values] == [box["type_name"] for box in record.boxes]
        for now, before in zip(values, record.boxes, strict=True):
            wanted = pytest.approx([before[side] for side in CORNERS], abs=1e-5)
            assert [now[side] for side in CORNERS] == wanted
            assert {name: now[name] for name in KEPT[row.name]} == {
                name: before[name] for name in KEPT[row.name]
            }
    assert read == {}


def test_every_readable_format_is_compared():
    assert set(KEPT) == {row.name for row in ROWS}


@EVERY_ROW
@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=200))
@example(b"[" * 100_000)
@example(b'{"images": [1], "annotations": [{}], "categories": []}')
@example(b"9" * 5000)
@example(b"names: " + b"[" * 5000)
@example(b"a: &a [1]\nnames: [*a, *a]")
def test_any_bytes_are_read_or_refused_as_a_format_error(row, data):
    for path in ("labels/a.txt", "data.yaml", "classes.txt", "a.json", "a.csv", "a.xml"):
        if not row.reader.claims(path):
            continue
        found = row.reader.read({path: lambda: data})
        for item in found.items:
            # Any other error than these would end the work on the whole archive.
            with contextlib.suppress(FormatError):
                item.load().values(width=10, height=10, image_name="a.png")
