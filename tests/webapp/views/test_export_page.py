"""The export page: every format of the registry with its download, its options and its command."""

import re
from html import unescape

import pytest
from django.core.management.base import OutputWrapper
from django.urls import reverse

from annotations.formats import registry
from annotations.formats.dataset_format import Content, Option
from annotations.models import ImageState, Role, Split
from inference.management.commands.export import Command
from tests.factories import make_box, make_image, make_inspection, make_project
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db

ROWS = registry.formats()


@pytest.fixture
def project(client):
    project = make_project("steel")
    make_box(make_image(project, "a.png"))
    make_box(make_image(project, "b.png", split=Split.TEST), "pits")
    make_image(project, "clean.png", state=ImageState.LABELED)
    make_image(project, "unlabeled.png")
    sign_in(client, project)
    return project


def page_of(client, project) -> str:
    return client.get(reverse("export", args=[project.slug])).content.decode()


def card_of(page: str, name: str) -> str:
    """Return the HTML of the card of one format."""
    return re.search(rf'<li class="card" id="format-{name}".*?</li>', page, flags=re.DOTALL)[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_format_has_its_card_with_a_download_or_the_reason_for_none(client, project, row):
    make_inspection(project, images=2, defects=2)
    card = card_of(page_of(client, project), row.name)
    for sentence in (row.label, row.used_by, row.keeps, row.loses):
        assert sentence in unescape(card)
    if not row.file_name:
        assert "Only a command makes it, because it needs TensorFlow" in card
        assert "<form" not in card
        return
    address = re.search(r'<form [^>]*method="get" action="([^"]*)"', card)[1]
    answer = client.get(address)
    assert answer["Content-Disposition"] == f'attachment; filename="steel-{row.file_name}"'
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_card_offers_the_options_of_its_format_and_no_other(client, project, row):
    make_inspection(project)
    card = card_of(page_of(client, project), row.name)
    if row.file_name:
        assert {Option(name) for name in re.findall(r' name="(\w+)"', card)} == set(row.options)
    flags = {Option.SPLIT: "--split", Option.IMAGES: "--with-images", Option.INSPECTION: "--inspection"}
    assert {option for option, flag in flags.items() if flag in card} == set(row.options)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_command_of_a_card_is_one_that_the_command_understands(client, project, row):
    line = re.search(
        r'<code class="command"[^>]*>(.*?)( <span|</code>)', card_of(page_of(client, project), row.name)
    )
    words = unescape(line[1]).split()
    assert words[:4] == ["python3", "run.py", "manage", "export"]
    parser = Command(stdout=OutputWrapper(None), stderr=OutputWrapper(None)).create_parser(
        "manage.py", "export"
    )
    options = parser.parse_args(words[4:])
    assert (options.project, options.format) == ("steel", row.name)


def test_a_card_says_what_the_export_holds_now(client, project):
    make_inspection(project, images=2, defects=2)
    page = page_of(client, project)
    assert "3 images, 2 boxes" in card_of(page, "coco")
    assert "Test (1 image)" in card_of(page, "coco")
    assert re.search(r"<option value=\"calibration\" disabled>", card_of(page, "coco"))
    assert "1 inspection, 4 defects" in card_of(page, "defects")


def test_chosen_options_narrow_the_download(client, project):
    address = re.search(r'action="([^"]*)"', card_of(page_of(client, project), "voc"))[1]
    whole = b"".join(client.get(address, {"split": ""}).streaming_content)
    part = b"".join(client.get(address, {"split": "test"}).streaming_content)
    large = b"".join(client.get(address, {"split": "", "images": "1"}).streaming_content)
    assert len(part) < len(whole) < len(large)


@pytest.mark.parametrize("images", [0, 2])
def test_a_project_without_labels_says_what_to_do_next(client, images):
    project = make_project()
    for _ in range(images):
        make_image(project)
    sign_in(client, project)
    response = client.get(reverse("export", args=[project.slug]))
    text, page = text_of(response), response.content.decode()
    assert "No labeled image yet" in text
    if images:
        assert "2 images, and none is labeled. Start labeling" in text
        assert f'href="{reverse("label", args=[project.slug])}">Start labeling' in page
    else:
        assert "Upload images first, then label them. Upload images" in text
    assert text.count("Nothing to download yet.") == len(registry.downloads(Content.LABELS))
    assert "No inspection yet. Inspect images" in text
    assert not re.search(r"<form [^>]*action=\"/api/", page)


@pytest.mark.parametrize("name", ["overview", "images", "dashboard"])
def test_the_pages_of_images_and_figures_lead_here(client, project, name):
    page = client.get(reverse(name, args=[project.slug])).content.decode()
    main = page.partition("<main")[2]
    assert f'href="{reverse("export", args=[project.slug])}"' in main


@pytest.mark.parametrize("role", Role)
def test_everyone_who_may_read_may_export(client, role):
    project = make_project()
    make_box(make_image(project))
    sign_in(client, project, role)
    page = page_of(client, project)
    for address in re.findall(r'<form [^>]*action="(/api/[^"]*)"', page):
        assert client.get(address).status_code == 200


def test_the_queries_do_not_grow_with_the_images(client, project, django_assert_max_num_queries):
    for _ in range(5):
        make_box(make_image(project))
        make_inspection(project)
    with django_assert_max_num_queries(20):
        page_of(client, project)


def test_what_can_be_imported_says_what_its_archive_must_hold(client, project):
    page = unescape(page_of(client, project).partition('id="import"')[2])
    for row in registry.readable():
        assert f"<dt>{row.label}</dt><dd>{row.reader.needs}</dd>" in page
        assert f'<option value="{row.name}">{row.label}</option>' in page
