"""VOC documents are written without loss: only what changed is touched."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotations.formats import voc
from annotations.formats.voc_document import number_text, rewrite, write

DOCUMENT = """<?xml version='1.0' encoding="UTF-8"?>
<!-- made by hand -->
<annotation verified="yes" tool="x">
  <filename>crazing.1.ä.jpg</filename>
  <weird a='1'>text<b/></weird>
  <object>
    <name>crazing</name>
    <pose></pose>
    <bndbox><xmax>12.0</xmax><xmin> 012.50 </xmin><ymin>1</ymin><ymax>9<!-- sure? --></ymax></bndbox>
    <shade>dark</shade>
  </object>
  <!-- between -->
  <object>
    <name>pit</name>
    <truncated>1</truncated>
    <bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox>
  </object>
  <last/>
</annotation>
<!-- end -->
""".replace("12.0<", "20.0<")
OBJECTS = dict(enumerate(voc.read(DOCUMENT.encode()).objects))


def rewritten(**arguments) -> str:
    return rewrite(DOCUMENT.encode(), **arguments).decode()


def test_nothing_changed_gives_the_same_bytes():
    assert rewritten(kept=OBJECTS) == DOCUMENT


def test_one_changed_coordinate_changes_one_number():
    kept = OBJECTS | {0: replace(OBJECTS[0], ymax=9.25)}
    assert rewritten(kept=kept) == DOCUMENT.replace(">9<", ">9.25<").replace(
        "<pose></pose>", "<pose/>"
    ).replace("a='1'", 'a="1"')


def test_space_around_a_changed_number_stays():
    assert "<xmin> 13 </xmin>" in rewritten(kept=OBJECTS | {0: replace(OBJECTS[0], xmin=13.0)})


def test_a_deleted_object_goes_with_its_lines():
    text = rewritten(kept={1: OBJECTS[1]})
    assert "crazing</name>" not in text
    assert '  <weird a="1">text<b/></weird>\n  <!-- between -->\n  <object>\n    <name>pit' in text


def test_a_new_object_follows_the_others_in_labelimg_order_and_the_indentation_of_the_file():
    new = voc.VocObject(name="scratch", xmin=1, ymin=2, xmax=3.5, ymax=4, difficult=True)
    text = rewritten(kept=OBJECTS, added=[new])
    assert (
        """  </object>
  <object>
    <name>scratch</name>
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <difficult>1</difficult>
    <bndbox>
      <xmin>1</xmin>
      <ymin>2</ymin>
      <xmax>3.5</xmax>
      <ymax>4</ymax>
    </bndbox>
  </object>
  <last/>
</annotation>
<!-- end -->
"""
        in text
    )


def test_a_missing_element_is_added_at_its_place():
    text = rewritten(kept=OBJECTS | {1: replace(OBJECTS[1], difficult=True, grade=3)})
    assert "<truncated>1</truncated>\n    <difficult>1</difficult>\n    <bndbox>" in text
    assert "</bndbox>\n    <grade>3</grade>\n  </object>" in text


def test_a_removed_grade_leaves_no_trace():
    graded = rewrite(DOCUMENT.encode(), kept=OBJECTS | {1: replace(OBJECTS[1], grade=3)})
    plain = rewrite(
        graded, kept=dict(enumerate(replace(obj, grade=None) for obj in voc.read(graded).objects))
    )
    assert voc.read(plain).objects == voc.read(DOCUMENT.encode()).objects


def test_objects_of_a_one_line_document_stay_on_the_line():
    line = b"".join(part.strip() for part in write(voc.VocAnnotation(filename="a.png")).splitlines())
    assert b"\n" not in rewrite(line, kept={}, added=[OBJECTS[1]])


def test_the_last_deletion_and_a_new_box_bring_the_layout_back():
    text = DOCUMENT.split("  <object>")[0] + "</annotation>\n"
    grown = rewrite(text.encode(), kept={}, added=[OBJECTS[1]])
    assert rewrite(grown, kept={}).decode() == text.replace("a='1'", 'a="1"')


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_encoding_and_line_ends_survive_a_change(encoding):
    text = DOCUMENT.replace("UTF-8", "ISO-8859-1") if encoding == "iso-8859-1" else DOCUMENT
    if encoding == "utf-16":
        text = text.replace("UTF-8", "UTF-16")
    data = text.replace("\n", "\r\n").encode(encoding)
    changed = rewrite(data, kept=OBJECTS | {0: replace(OBJECTS[0], name="Riß ✓")})
    assert voc.read(changed).objects[0].name == "Riß ✓"
    assert changed[:4] == data[:4]
    decoded = changed.decode(encoding)
    assert decoded.count("\r\n") == decoded.count("\n") == text.count("\n")


def test_characters_that_xml_cannot_hold_become_spaces():
    new = voc.VocObject(name="a\x00b\x0bc", xmin=1, ymin=2, xmax=3, ymax=4)
    assert voc.read(write(voc.VocAnnotation(filename="a.png", objects=(new,)))).objects[0].name == "a b c"


def test_whole_numbers_are_written_without_a_point():
    assert [number_text(value) for value in (12.0, 12.5, 1e16, 0.1, -3.0)] == [
        "12",
        "12.5",
        "10000000000000000",
        "0.1",
        "-3",
    ]


names = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp", "Cn"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
numbers = st.floats(-1e6, 1e6, allow_nan=False) | st.integers(0, 5000).map(float)
objects = st.builds(
    voc.VocObject,
    name=names,
    xmin=numbers,
    ymin=numbers,
    xmax=numbers,
    ymax=numbers,
    pose=names,
    truncated=st.booleans(),
    difficult=st.booleans(),
    occluded=st.booleans(),
    grade=st.none() | st.integers(1, 9),
)
annotations = st.builds(
    voc.VocAnnotation,
    filename=names,
    folder=names,
    width=st.none() | st.integers(1, 10**5),
    height=st.none() | st.integers(1, 10**5),
    depth=st.none() | st.integers(1, 3),
    verified=st.booleans(),
    objects=st.lists(objects, max_size=4).map(tuple),
)


@given(annotations)
def test_what_is_written_reads_back_equal(annotation):
    assert replace(voc.read(write(annotation)), extra=()) == annotation


@given(annotations, st.data())
def test_any_change_reads_back_as_it_was_made(annotation, data):
    document = write(annotation)
    count = len(annotation.objects)
    kept = {
        place: data.draw(objects)
        for place in range(count)
        if data.draw(st.booleans(), label=f"keep object {place}")
    }
    added = data.draw(st.lists(objects, max_size=2))
    changed = rewrite(document, kept=kept, added=added)
    assert voc.read(changed).objects == (*(kept[place] for place in sorted(kept)), *added)
    assert rewrite(changed, kept=dict(enumerate(voc.read(changed).objects))) == changed
