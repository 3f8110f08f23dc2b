"""VOC files are read whole, and every error names the file and the element."""

import pytest

from annotations.formats import voc

OBJECT = """<object><name>scratch</name><pose>Left</pose><truncated>1</truncated><difficult>0</difficult>
<bndbox><xmin>1.5</xmin><ymin>2</ymin><xmax>012.50</xmax><ymax>4e1</ymax></bndbox></object>"""


def document(*objects: str, head: str = "<filename>a.b.ä.png</filename>") -> bytes:
    return f"<annotation>{head}{''.join(objects)}</annotation>".encode()


def box(**sides: str) -> str:
    texts = {"xmin": "1", "ymin": "1", "xmax": "9", "ymax": "9"} | sides
    inner = "".join(f"<{tag}>{text}</{tag}>" for tag, text in texts.items())
    return f"<object><name>pit</name><bndbox>{inner}</bndbox></object>"


def test_numbers_flags_and_names_are_read_as_they_stand():
    annotation = voc.read(document(OBJECT))
    (obj,) = annotation.objects
    assert annotation.filename == "a.b.ä.png"
    assert (obj.name, obj.pose, obj.truncated, obj.difficult, obj.occluded) == (
        "scratch",
        "Left",
        True,
        False,
        False,
    )
    assert (obj.xmin, obj.ymin, obj.xmax, obj.ymax) == (1.5, 2.0, 12.5, 40.0)


def test_an_image_without_any_box_is_an_annotation():
    assert voc.read(b"<annotation/>").objects == ()


def test_a_size_of_zero_counts_as_not_stated():
    head = "<size><width>0</width><height>0</height></size>"
    assert voc.read(document(head=head)).width is None


def test_unknown_elements_are_kept_as_text():
    obj = OBJECT.replace("<pose>", "<tool><x>1</x></tool><pose>")
    annotation = voc.read(document(obj, head="<path>D:\\x</path>"))
    assert annotation.extra == ("<path>D:\\x</path>",)
    assert annotation.objects[0].extra == ("<tool><x>1</x></tool>",)


def test_verified_is_read_from_its_attribute():
    assert voc.read(b'<annotation verified="yes"/>').verified
    assert not voc.read(b"<annotation/>").verified


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1"])
def test_other_encodings_are_read(encoding):
    head = '<?xml version="1.0" encoding="ISO-8859-1"?>' if encoding == "iso-8859-1" else ""
    text = head + "<annotation><filename>kärbe.png</filename></annotation>"
    assert voc.read(text.encode(encoding)).filename == "kärbe.png"


@pytest.mark.parametrize(
    ("inner", "sentence"),
    [
        (box() + box() + box(xmin="abc"), 'annotation/object[3]/bndbox/xmin: "abc" is not a number'),
        (box(ymax="nan"), 'annotation/object[1]/bndbox/ymax: "nan" is not a number'),
        (box(ymax="1_0"), 'annotation/object[1]/bndbox/ymax: "1_0" is not a number'),
        (box(ymax="1e999"), 'annotation/object[1]/bndbox/ymax: "1e999" is not a number'),
        (box(xmin="12,5"), 'annotation/object[1]/bndbox/xmin: "12,5" is not a number'),
        (box().replace("<xmin>1</xmin>", ""), "annotation/object[1]/bndbox/xmin: is missing"),
        ("<object><name>a</name></object>", "annotation/object[1]/bndbox: is missing"),
        (box().replace("<name>pit</name>", "<name> </name>"), "object[1]/name: is missing or empty"),
        (OBJECT.replace(">1<", ">maybe<"), 'annotation/object[1]/truncated: "maybe" is neither 0 nor 1'),
        (box() + "<size/><size/>", "annotation/size: stands more than once"),
        ("<size><width>2.5</width></size>", 'annotation/size/width: "2.5" is not a count of pixels'),
        ("<filename><b/></filename>", "annotation/filename: holds elements where text was expected"),
    ],
)
def test_a_bad_element_is_named_with_its_path(inner, sentence):
    with pytest.raises(voc.BadElement) as caught:
        voc.read(document(inner, head=""), name="x.xml")
    assert str(caught.value) == f"x.xml: {sentence}" or str(caught.value).endswith(sentence)
    assert str(caught.value).startswith("x.xml: annotation/")


LAUGHS = (
    b'<!DOCTYPE lolz [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "&%c;&%c;&%c;&%c;">' % (c + 1, c, c, c, c) for c in range(ord("a"), ord("p")))
    + b"]><annotation><filename>&p;</filename></annotation>"
)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><folder>&x;</folder></annotation>',
        b"<!DOCTYPE annotation><annotation/>",
        '<!DOCTYPE a [<!ENTITY x "y">]><annotation/>'.encode("utf-16"),
    ],
    ids=["billion laughs", "external entity", "plain document type", "in UTF-16"],
)
def test_document_types_and_entities_are_refused(data):
    with pytest.raises(voc.UnsafeXml, match=r"evil\.xml: declares a document type or entities"):
        voc.read(data, name="evil.xml")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not well-formed XML"),
        (b"<annotation><object></annotation>", "is not well-formed XML"),
        (b"\x89PNG\r\n\x1a\n\x00", "is not well-formed XML"),
        (b"<svg/>", "its root is <svg> and not <annotation>"),
        (b"<annotation>&undefined;</annotation>", "is not well-formed XML"),
    ],
)
def test_what_is_no_annotation_is_refused(data, sentence):
    with pytest.raises(voc.NotVoc, match=sentence):
        voc.read(data, name="x.xml")


def test_a_file_is_named_by_its_path(tmp_path):
    path = tmp_path / "übel.xml"
    path.write_bytes(b"<annotation")
    with pytest.raises(voc.NotVoc, match=r"übel\.xml"):
        voc.read(path)


def test_a_deeply_nested_document_is_refused():
    with pytest.raises(voc.NotVoc, match="not well-formed"):
        voc.read(b"<annotation>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</annotation>", name="deep.xml")
