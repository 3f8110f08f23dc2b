"""Each XML finds its image by <filename> or stem, in one folder or in folders beside each other."""

from pathlib import Path

import pytest

from annotations.intake.voc_folder import find


def lay_out(root: Path, *files: str, **documents: str) -> Path:
    """Write empty images, and XML files whose text is their <filename>: path -> filename."""
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")
    for name, filename in documents.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"<annotation><filename>{filename}</filename></annotation>")
    return root


def pairs(root: Path) -> dict[str, str | None]:
    return {
        str(pair.image.relative_to(root)): pair.xml and str(pair.xml.relative_to(root))
        for pair in find(root).pairs
    }


def reasons(root: Path) -> dict[str, str]:
    return {str(problem.path.relative_to(root)): problem.reason for problem in find(root).problems}


@pytest.mark.parametrize(
    ("images", "documents"),
    [(".", "."), ("img", "xml"), ("images", "annotations"), ("JPEGImages", "Annotations")],
)
def test_the_usual_layouts_are_understood(tmp_path, images, documents):
    lay_out(tmp_path, f"{images}/a.1.jpg", f"{images}/b.png", **{f"{documents}/a.1.xml": "a.1.jpg"})
    assert {Path(image).name: xml and Path(xml).name for image, xml in pairs(tmp_path).items()} == {
        "a.1.jpg": "a.1.xml",
        "b.png": None,
    }


def test_the_filename_counts_more_than_the_stem(tmp_path):
    lay_out(tmp_path, "part.png", **{"label_7.xml": "part.png"})
    assert pairs(tmp_path) == {"part.png": "label_7.xml"}


@pytest.mark.parametrize("filename", ["", "other.png", "crazing_240", "D:\\data\\crazing_240.jpg"])
def test_the_stem_helps_when_the_filename_does_not(tmp_path, filename):
    lay_out(tmp_path, "crazing_240.jpg", **{"crazing_240.xml": filename})
    assert pairs(tmp_path) == {"crazing_240.jpg": "crazing_240.xml"}


def test_a_filename_without_suffix_may_have_dots(tmp_path):
    lay_out(tmp_path, "part.7.png", **{"x.xml": "part.7"})
    assert pairs(tmp_path) == {"part.7.png": "x.xml"}


def test_a_copied_xml_does_not_take_the_image_of_another(tmp_path):
    lay_out(tmp_path, "a.png", "b.png", **{"a.xml": "b.png", "b.xml": "b.png"})
    assert pairs(tmp_path) == {"a.png": "a.xml", "b.png": "b.xml"}


def test_files_of_one_name_pair_within_their_own_part_of_the_tree(tmp_path):
    lay_out(
        tmp_path,
        "images/train/1.png",
        "images/val/1.png",
        **{"annotations/train/1.xml": "1.png", "annotations/val/1.xml": "1.png"},
    )
    assert pairs(tmp_path) == {
        "images/train/1.png": "annotations/train/1.xml",
        "images/val/1.png": "annotations/val/1.xml",
    }


def test_an_xml_without_its_image_is_named(tmp_path):
    lay_out(tmp_path, "a.png", **{"b.xml": "b.png"})
    assert reasons(tmp_path) == {"b.xml": "its image is missing: no b.png in this folder"}


def test_an_xml_that_fits_two_images_is_named(tmp_path):
    lay_out(tmp_path, "a.png", "a.jpg", **{"a.xml": "gone.tif"})
    assert "fits more than one image" in reasons(tmp_path)["a.xml"]


def test_a_second_xml_of_an_image_is_named(tmp_path):
    lay_out(tmp_path, "a.png", **{"a.xml": "a.png", "copy.xml": "a.png"})
    assert reasons(tmp_path) == {"copy.xml": "describes a.png, which a.xml describes already"}


def test_an_image_whose_xml_is_broken_waits_instead_of_coming_in_unlabeled(tmp_path):
    lay_out(tmp_path, "a.png", "b.png")
    (tmp_path / "a.xml").write_text("<annotation>")
    assert pairs(tmp_path) == {"b.png": None}
    assert reasons(tmp_path)["a.png"] == "waits for its annotation a.xml to be mended"
    assert "is not well-formed XML" in reasons(tmp_path)["a.xml"]


def test_other_pictures_are_named_and_other_files_passed_over(tmp_path):
    lay_out(tmp_path, "a.webp", "label_map.pbtxt", "notes.txt", ".hidden.png", "__MACOSX/a.png")
    assert pairs(tmp_path) == {}
    assert reasons(tmp_path) == {"a.webp": "Blemish takes PNG, JPEG, BMP and TIFF; save it as PNG"}


def test_a_folder_that_cannot_be_read_raises(tmp_path):
    with pytest.raises(OSError, match="gone"):
        find(tmp_path / "gone")
