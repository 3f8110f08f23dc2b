"""The other pages in a real Chromium: upload, filters, links out of charts, settings, a phone's width."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.projects import LabelProject
from tests.factories import png
from tests.support.browsers import PHONE
from webapp.project_pages import PAGES

_LABEL = """
from tests.factories import *
from django.utils import timezone
from annotations.models import Image
kind = DefectType.objects.get(project__slug={slug!r}, name="scratches")
for number, image in enumerate(Image.objects.filter(project__slug={slug!r}).order_by("pk")):
    image.labeled_at = timezone.now()
    make_box(image, kind, grade=1 + number % 5)
"""


@pytest.fixture
def project(blemish_server) -> LabelProject:
    """Give a project of five labeled images, each with one scratch of another grade."""
    project = LabelProject(blemish_server, images=5)
    blemish_server.python(_LABEL.format(slug=project.slug))
    return project


def _found(page: Page):
    return page.locator("#results [role=status] strong")


def _picture(name: str) -> dict:
    return {"name": name, "mimeType": "image/png", "buffer": png()}


def test_chosen_files_are_added_and_those_that_are_no_images_are_named(blemish_server, open_page) -> None:
    project = LabelProject(blemish_server, images=0)
    page = open_page(project.person, allowed=["400"])
    page.goto(f"/p/{project.slug}/images/")
    broken = {"name": "broken.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\nno"}
    page.set_input_files("[data-input=files]", [*(_picture(f"{n}.png") for n in range(24)), broken])
    batch = page.locator(".batch")
    expect(batch).to_contain_text("24 images added, 1 not taken.", timeout=60_000)
    expect(batch.locator("li")).to_contain_text("broken.png: ")
    expect(_found(page)).to_have_text("24 images")
    # The default worker draws them, and the page learns of it by itself.
    expect(page.locator(".frame img[src]")).to_have_count(24, timeout=60_000)


def test_files_can_be_dropped_onto_the_page(blemish_server, open_page) -> None:
    project = LabelProject(blemish_server, images=0)
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/images/")
    transfer = page.evaluate_handle(
        """(bytes) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
            return transfer;
        }""",
        list(png()),
    )
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})
    expect(page.locator(".batch")).to_contain_text("1 image added.", timeout=30_000)
    expect(page.locator(".image-card .name")).to_have_text("dropped.png")


def test_filters_change_the_list_and_the_address_and_come_back_by_the_address(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/images/")
    expect(_found(page)).to_have_text("5 images")
    page.get_by_label("Search").fill("part-3")
    expect(_found(page)).to_have_text("1 image")
    assert page.url.endswith("?q=part-3&sort=new")
    page.reload()
    expect(_found(page)).to_have_text("1 image")
    page.get_by_role("link", name="Clear all filters").click()
    expect(_found(page)).to_have_text("5 images")


def test_boxes_on_thumbnails_are_hidden_and_stay_hidden(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/images/")
    expect(page.locator(".frame svg").first).to_be_visible()
    page.get_by_label("Draw boxes").uncheck()
    page.reload()
    expect(page.get_by_label("Draw boxes")).not_to_be_checked()
    expect(page.locator(".frame svg").first).to_be_hidden()


def test_a_bar_of_the_histogram_leads_to_its_images(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/dashboard/")
    bar = page.locator("#severity .bars path").last
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(_found(page)).to_have_text("1 image")
    expect(page.locator("a.chip", has_text="severity from 0.9")).to_be_visible()


def test_a_table_is_downloaded_and_sorted(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/dashboard/")
    with page.expect_download() as download:
        page.locator("#pareto-title + a").click()
    assert download.value.suggested_filename == f"{project.slug}-types.csv"
    head = page.get_by_role("button", name="Boxes", exact=True).first
    head.click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_text("Boxes")


def test_a_type_gets_its_grades_and_a_wrong_weight_is_told_beside_it(project, open_page) -> None:
    page = open_page(project.person, allowed=["422"])
    page.goto(f"/p/{project.slug}/settings/")
    page.locator(".types summary", has_text="pits").click()
    form = page.locator(".types details[open]")
    form.get_by_label("Graded").check()
    for name, weight in (("light", "0.25"), ("deep", "3")):
        form.get_by_role("button", name="Add a grade").click()
        form.get_by_label("Name", exact=True).last.fill(name)
        form.get_by_label("Weight").last.fill(weight)
    form.locator("form").first.evaluate("form => { form.noValidate = true; }")
    form.get_by_role("button", name="Save pits").click()
    expect(form.locator(".errorlist")).to_have_text("A weight lies between 0 and 1.")
    form.get_by_label("Weight").last.fill("1")
    form.get_by_role("button", name="Save pits").click()
    expect(page.get_by_text("pits is changed.")).to_be_in_viewport()
    expect(page.locator(".types summary", has_text="pits")).to_contain_text("2 grades")


def test_the_gray_window_is_previewed_before_it_is_used(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/settings/")
    picture = page.locator("[data-picture]")
    page.get_by_label("Black").last.fill("90")
    expect(picture).to_have_attribute("src", re.compile(r"\?low=90&high=255$"))
    expect(page.locator("#low-slider")).to_have_value("90")
    page.get_by_role("button", name="Use this window").click()
    expect(page.get_by_text("The gray window is changed")).to_be_in_viewport()


def test_the_colors_are_chosen_and_kept(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Light").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


@pytest.mark.parametrize("name", [page.name for page in PAGES if not page.fills_window])
def test_no_page_is_wider_than_a_phone(project, open_page, name: str) -> None:
    page = open_page(project.person, size=PHONE)
    page.goto(reverse(name, args=[project.slug]))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator(".tabs [aria-current=page]")).to_be_in_viewport()


def test_a_session_that_ended_sends_a_live_page_to_the_sign_in_page(
    project, blemish_server, open_page
) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/images/")
    page.context.clear_cookies()
    page.get_by_label("Search").fill("part")
    expect(page).to_have_url(re.compile("/login/"))
