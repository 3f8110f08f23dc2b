"""Native gray levels in a real Chromium: the probe equals the file, no bands, tiles fail in words."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, expect_saved, open_image
from tests.browser.projects import new_slug

_MAKE = """
import io
import numpy as np
from annotations.imaging import pyramids
from annotations.intake import ingest
from tests.annotations.imaging.pictures import saved, tiff
from tests.factories import *
project = make_project({slug!r})
levels = {levels}
data = tiff(levels, tile=(64, 64), compression="zlib") if levels.ndim == 2 else saved(levels)
image = ingest.add_image(project, "levels.tif", io.BytesIO(data))
pyramids.cut(image.pk)
result = image.pk
"""
RAMP = "np.tile(np.arange(900, dtype=np.uint16) + 30000, (600, 1))"
WIDE = "(np.arange(2600 * 1100, dtype=np.uint32) * 7 % 65521).astype(np.uint16).reshape(1100, 2600)"
GRAY = "(np.arange(80 * 60, dtype=np.uint32) * 5 % 251).astype(np.uint8).reshape(60, 80)"
COLOR = "np.stack([np.arange(80 * 60).reshape(60, 80) % m for m in (251, 241, 239)], -1).astype(np.uint8)"

_TONES = """() => {
  const canvas = document.querySelector(".canvas-frame > canvas");
  const middle = Math.round(canvas.height / 2);
  const { data } = canvas.getContext("2d").getImageData(0, middle, canvas.width, 1);
  // Around the image the canvas is clear; its frame is half clear.
  return [...data].filter((_, at) => at % 4 === 0 && data[at + 3] === 255);
}"""


class Levels:
    """A project with one image of LEVELS, and an engineer."""

    def __init__(self, server, levels: str) -> None:
        self.slug = new_slug()
        self.server = server
        self.image = server.python(_MAKE.format(slug=self.slug, levels=levels))
        self.person = server.person(f"anna-{self.slug}", project=self.slug)

    def open(self, page: Page, size: tuple[int, int]) -> Canvas:
        """Open the image; return when its picture is there."""
        canvas = open_image(page, self.slug, self.image, size=size)
        expect(page.locator("[data-value]")).to_be_empty()
        page.wait_for_function(f"() => new Set(({_TONES})()).size > 1", timeout=20_000)
        return canvas

    def probe(self, page: Page, canvas: Canvas, x: int, y: int) -> str:
        """Return what the page says of the pixel X, Y."""
        page.mouse.move(*canvas.place((x + 0.5, y + 0.5)))
        value = page.locator("[data-value]")
        expect(value).to_have_text(re.compile(r"\d"), timeout=20_000)
        expect(value).to_have_attribute("data-at", re.compile(r"\d+ \d+"))
        return value.inner_text()


def told_place(page: Page) -> tuple[int, int]:
    """Return the pixel that the page's value belongs to."""
    x, y = page.locator("[data-value]").get_attribute("data-at").split()
    return int(x), int(y)


@pytest.mark.parametrize(
    ("levels", "size", "level_of"),
    [
        (GRAY, (80, 60), lambda x, y: f"gray {(y * 80 + x) * 5 % 251}"),
        (WIDE, (2600, 1100), lambda x, y: f"gray {(y * 2600 + x) * 7 % 65521}"),
        (COLOR, (80, 60), lambda x, y: "R {} G {} B {}".format(*((y * 80 + x) % m for m in (251, 241, 239)))),
    ],
    ids=["8 bit", "16 bit in tiles", "color"],
)
def test_the_probe_tells_the_levels_of_the_file(blemish_server, open_page, levels, size, level_of) -> None:
    bench = Levels(blemish_server, levels)
    page = open_page(bench.person)
    canvas = bench.open(page, size)
    for share in (0.03, 0.5, 0.97):
        told = bench.probe(page, canvas, int(size[0] * share), int(size[1] * share))
        assert told == level_of(*told_place(page))


def test_a_16_bit_ramp_shows_no_bands_after_windowing(blemish_server, open_page) -> None:
    bench = Levels(blemish_server, RAMP)
    page = open_page(bench.person)
    bench.open(page, (900, 600))
    page.keyboard.press("w")
    expect(page.locator("[data-passing]")).to_have_text(re.compile("Black 3000"))
    page.wait_for_function(f"() => new Set(({_TONES})()).size > 240", timeout=20_000)
    tones = page.evaluate(_TONES)
    ramp = tones[3:-3]
    steps = [after - before for before, after in itertools.pairwise(ramp)]
    assert len(ramp) > 500
    assert max(steps) <= 2
    assert min(steps) >= -1


def test_settings_are_kept_with_the_project_and_change_no_label(blemish_server, open_page) -> None:
    bench = Levels(blemish_server, GRAY)
    page = open_page(bench.person)
    canvas = bench.open(page, (80, 60))
    canvas.drag((10, 10), (30, 30))
    expect_saved(page)
    before = blemish_server.api(bench.person).get(f"/api/images/{bench.image}/boxes/").json()
    page.keyboard.press("g")
    panel = page.get_by_role("region", name="Gray levels")
    panel.get_by_role("slider", name="Level shown black").press("ArrowRight")
    expect(panel.get_by_label("Black", exact=True)).to_have_value("1")
    panel.get_by_label("White", exact=True).fill("200")
    panel.get_by_label("White", exact=True).press("Enter")
    panel.get_by_label("Invert").check()
    with page.expect_response(lambda answer: "/preferences/view/" in answer.url and answer.ok):
        panel.get_by_label("Gamma", exact=True).press("ArrowRight")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.reload()
    expect(page.locator("[data-save]")).to_have_text("Saved")
    page.keyboard.press("g")
    expect(panel.get_by_label("White", exact=True)).to_have_value("200")
    expect(panel.get_by_label("Invert")).to_be_checked()
    panel.get_by_role("button", name="Reset").click()
    expect(panel.get_by_label("White", exact=True)).to_have_value("255")
    after = blemish_server.api(bench.person).get(f"/api/images/{bench.image}/boxes/").json()
    assert after == before


def test_a_tile_that_fails_is_told_and_comes_when_it_is_tried_again(blemish_server, open_page) -> None:
    bench = Levels(blemish_server, WIDE)
    page = open_page(bench.person, allowed=[r"Failed to load resource", r"ERR_FAILED"])
    page.route(re.compile(r"/tiles/1/1/0/"), lambda route: route.abort())
    canvas = bench.open(page, (2600, 1100))
    trouble = page.locator("[data-picture-trouble]")
    expect(trouble).to_contain_text("A part of the picture is missing: The server cannot be reached.")
    assert bench.probe(page, canvas, 100, 100) == f"gray {(100 * 2600 + 100) * 7 % 65521}" or told_place(page)
    page.unroute_all()
    trouble.get_by_role("button", name="Try now").click()
    expect(trouble).to_be_hidden()


def test_an_image_deleted_while_open_is_told(blemish_server, open_page) -> None:
    bench = Levels(blemish_server, WIDE)
    page = open_page(bench.person, allowed=[r"404", r"Failed to load resource", r"ERR_FAILED"])
    # No tile of the finest level comes before the deletion, however quick the page is.
    page.route(re.compile(r"/tiles/0/"), lambda route: route.abort())
    bench.open(page, (2600, 1100))
    blemish_server.python(
        "from annotations.models import Image\nfrom django.utils import timezone\n"
        f"Image.objects.filter(pk={bench.image}).update(deleted_at=timezone.now())"
    )
    page.unroute_all()
    page.keyboard.press("p")  # image pixels are screen pixels: the finest level
    trouble = page.locator("[data-picture-trouble]")
    expect(trouble).to_contain_text("There is no such image; it may have been deleted.", timeout=20_000)
