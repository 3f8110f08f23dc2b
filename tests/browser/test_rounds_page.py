"""A round from the page: started, watched, read and cancelled in a real Chromium by a real worker."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.projects import new_slug

pytestmark = pytest.mark.slow
_MAKE = """
from tests.factories import *
from annotations.models import Split
project = make_project({slug!r}, types=("scratches",), window_low=0, window_high=255)
for number in range(9):
    image = make_image(project, split=[Split.TRAIN, Split.CALIBRATION, Split.TEST][number % 3])
    make_box(image)
    make_revision(image, [wire_box("scratches")])
make_image(project, ready=True)
"""
MINUTE = 60_000


@pytest.fixture
def rounds_page(blemish_server, ml_worker, open_page) -> Page:
    """Give the rounds page of a small project, open for an engineer, with a worker that waits."""
    slug = new_slug()
    blemish_server.python(_MAKE.format(slug=slug))
    page = open_page(blemish_server.person(f"eva-{slug}", project=slug, role="engineer"))
    page.goto(f"/p/{slug}/rounds/")
    return page


def _start(page: Page, minutes: str) -> None:
    page.get_by_label("Training time").select_option("own")
    page.get_by_label("Minutes", exact=True).fill(minutes)
    page.get_by_text("More settings").click()
    page.get_by_label("Input size").fill("64")
    page.get_by_role("button", name="Start the round").click()


def _state(page: Page):
    return page.locator("h1 .state")


def test_a_round_is_started_watched_and_read(rounds_page) -> None:
    page = rounds_page
    expect(page.get_by_role("heading", name="No round yet")).to_be_visible()
    expect(page.get_by_label("Minutes", exact=True)).to_be_hidden()
    _start(page, "0.1")
    expect(page.get_by_text("Round 1 is queued.")).to_be_visible()
    expect(page.locator(".phases [aria-current=step]")).to_be_visible(timeout=MINUTE)
    expect(_state(page)).not_to_have_text(re.compile("Queued|Running"), timeout=4 * MINUTE)
    assert _state(page).inner_text() == "Done", page.locator("main").inner_text()
    expect(page.get_by_role("heading", name="Accuracy on the test split")).to_be_visible()
    expect(page.locator("#per-type + .scroll tbody tr")).to_have_count(1)
    expect(page.locator("[data-curves] .scatterlayer .trace")).not_to_have_count(0)
    expect(page.locator("[data-precision] .scatterlayer .trace")).not_to_have_count(0)
    expect(page.locator("#models + .scroll tbody tr").first).to_contain_text("In use")
    routed = page.get_by_role("link", name=re.compile("sent to review|auto-labeled"))
    assert sum(int(text.split()[0]) for text in routed.all_inner_texts()) == 1
    cell = page.locator(".matrix .cell a").first
    assert int(cell.inner_text()) > 0
    cell.click()
    expect(page.locator(".evaluated-card rect").first).to_be_attached()
    expect(page.get_by_role("link", name="Back to detector-r1")).to_be_visible()


def test_a_round_is_cancelled_from_the_page_within_seconds(rounds_page) -> None:
    page = rounds_page
    _start(page, "30")
    expect(page.locator("#live")).to_contain_text("Training the detector, epoch", timeout=2 * MINUTE)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel the round").click()
    expect(_state(page)).to_have_text("Cancelled", timeout=MINUTE // 2)
    expect(page.get_by_role("link", name="Start another round")).to_be_visible()
