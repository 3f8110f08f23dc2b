"""The export page in a real Chromium: a newcomer finds and downloads every format."""

import csv
import io
import json
import zipfile

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from annotations.formats import registry
from tests.browser.projects import LabelProject
from tests.factories import png

_FILL = """
from tests.factories import *
project = Project.objects.get(slug={slug!r})
for image in project.images.order_by("pk")[:3]:
    make_box(image, "scratches", grade=2)
make_inspection(project, images=2, defects=2)
"""
DOWNLOADS = [row for row in registry.formats() if row.file_name]


@pytest.fixture
def project(blemish_server) -> LabelProject:
    """Give a project of four images, three of them labeled, and an inspection of four defects."""
    project = LabelProject(blemish_server, images=4)
    blemish_server.python(_FILL.format(slug=project.slug))
    return project


def _items(name: str, content: bytes) -> int:
    """Read a downloaded file whole and return how many annotations or lines it holds."""
    if name.endswith(".zip"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        assert archive.testzip() is None
        return sum(path.endswith((".xml", ".txt")) for path in archive.namelist())
    if name.endswith(".json"):
        return len(json.loads(content)["annotations"])
    return len(list(csv.DictReader(io.StringIO(content.decode()))))


def _download(page: Page, name: str) -> tuple[str, bytes]:
    card = page.locator(f"#format-{name}")
    with page.expect_download() as download:
        card.get_by_role("button", name="Download").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_a_newcomer_finds_every_format_and_downloads_it(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(reverse("images", args=[project.slug]))
    page.locator("#results").get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", name="Export and import", level=1)).to_be_visible()
    expect(page.locator(".formats > li")).to_have_count(len(registry.formats()))
    for row in DOWNLOADS:
        name, content = _download(page, row.name)
        assert name == f"{project.slug}-{row.file_name}"
        assert _items(name, content) == (4 if row.name == "defects" else 3), row.name


def test_chosen_options_are_in_the_downloaded_file(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(reverse("export", args=[project.slug]))
    page.locator("#format-voc").get_by_label("With the original images").check()
    page.locator("#format-voc").get_by_label("Split").select_option("train")
    archive = zipfile.ZipFile(io.BytesIO(_download(page, "voc")[1]))
    assert "JPEGImages/part-0.png" in archive.namelist()


def test_a_download_needs_no_javascript(project, chromium, blemish_server) -> None:
    context = chromium.new_context(
        base_url=blemish_server.url, java_script_enabled=False, accept_downloads=True
    )
    name = f"blemish_session_{blemish_server.port}"
    session = {"name": name, "value": project.person.session, "url": blemish_server.url}
    context.add_cookies([session])
    page = context.new_page()
    page.goto(reverse("export", args=[project.slug]))
    assert _items(*_download(page, "coco")) == 3
    context.close()


def _coco_archive() -> bytes:
    """Return a zip of two images and the COCO document of their three boxes."""
    box = {"category_id": 1, "bbox": [4, 4, 20, 16], "iscrowd": 0}
    document = {
        "images": [{"id": n, "file_name": f"new-{n}.png", "width": 64, "height": 48} for n in (1, 2)],
        "annotations": [{"id": n, "image_id": image, **box} for n, image in enumerate((1, 1, 2))],
        "categories": [{"id": 1, "name": "dents"}],
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("annotations/instances_default.json", json.dumps(document))
        for number in (1, 2):
            archive.writestr(f"images/new-{number}.png", png())
    return buffer.getvalue()


def test_an_archive_of_coco_appears_in_the_gallery(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(reverse("export", args=[project.slug]))
    content = {"name": "labels.zip", "mimeType": "application/zip", "buffer": _coco_archive()}
    page.set_input_files("[data-input=files]", content)
    line = page.locator(".batch .archive")
    expect(line).to_contain_text("labels.zip: done, 2 images added, 2 images labeled.", timeout=60_000)
    page.get_by_role("link", name="See the images").click()
    card = page.locator(".image-card", has_text="new-1.png")
    expect(card).to_contain_text("2 boxes")
    expect(card).to_contain_text("Labeled")
