"""The label page in a real Chromium: drawing, editing, keys, undo, and that what is drawn is saved."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, corners, expect_saved, open_image
from tests.browser.projects import LabelProject, new_slug
from tests.support.browsers import PHONE


@pytest.fixture
def bench(blemish_server) -> LabelProject:
    """Give a project with one image."""
    return LabelProject(blemish_server)


def _open(bench: LabelProject, page: Page) -> Canvas:
    return open_image(page, bench.slug, bench.images[0])


def test_a_drawn_box_is_saved_by_itself_and_there_after_a_reload(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((10, 12), (30, 40))
    expect(page.locator("[data-count]")).to_have_text("1 box, 1 without a grade")
    expect_saved(page)
    assert [(box["defect_type"], *corners(box)) for box in bench.saved()] == [("scratches", 10, 12, 30, 40)]
    assert bench.state() == "labeled"
    page.reload()
    expect(page.locator("[role=option]")).to_have_count(1)


def test_type_and_grade_are_given_by_key_before_while_and_after_drawing(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    page.keyboard.press("p")
    canvas.drag((2, 2), (10, 10))
    page.keyboard.press("Escape")
    canvas.drag((20, 2), (30, 10), keys="s4")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    canvas.drag((40, 2), (50, 10))
    page.keyboard.press("s")
    page.keyboard.press("2")
    expect_saved(page)
    saved = [(box["defect_type"], box["grade"]) for box in bench.saved()]
    assert saved == [("pits", None), ("scratches", 4), ("scratches", 2)]


def test_a_grade_that_the_type_does_not_have_is_refused_in_words(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    page.keyboard.press("p")
    canvas.drag((2, 2), (10, 10))
    page.keyboard.press("3")
    expect(page.locator("[data-passing]")).to_have_text("pits is not graded")


def test_a_box_is_moved_resized_nudged_and_deleted(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((10, 10), (20, 20))
    canvas.drag((15, 15), (25, 20))
    canvas.drag((30, 25), (40, 45))
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Control+ArrowRight")
    expect_saved(page)
    assert [corners(box) for box in bench.saved()] == [(19, 5, 40, 35)]
    page.keyboard.press("Delete")
    expect_saved(page)
    assert bench.saved() == []


def test_a_box_stays_inside_the_image(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((50, 40), (80, 60))
    canvas.drag((57, 44), (20, 0))
    expect_saved(page)
    assert [corners(box) for box in bench.saved()] == [(13, 0, 27, 8)]


def test_a_click_or_a_line_makes_no_box(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.click((20, 20))
    canvas.drag((10, 30), (40, 30))
    expect(page.locator("[data-count]")).to_have_text("0 boxes")


def test_undo_and_redo_go_on_across_a_save(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((10, 10), (20, 20))
    page.keyboard.press("3")
    expect_saved(page)
    canvas.drag((15, 15), (35, 15))
    expect_saved(page)
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect(page.locator("[data-count]")).to_have_text("0 boxes")
    expect_saved(page)
    assert bench.saved() == []
    for _ in range(3):
        page.keyboard.press("Control+y")
    expect_saved(page)
    assert [(box["grade"], *corners(box)) for box in bench.saved()] == [(3, 30, 10, 40, 20)]


def test_drawing_mode_draws_inside_another_box(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((5, 5), (60, 45))
    page.keyboard.press("b")
    canvas.drag((20, 20), (30, 30))
    page.keyboard.press("Escape")
    canvas.drag((25, 25), (28, 25))
    expect_saved(page)
    assert sorted(corners(box) for box in bench.saved()) == [(5, 5, 60, 45), (23, 20, 33, 30)]


def test_a_box_is_made_without_a_mouse(bench, open_page) -> None:
    page = open_page(bench.person)
    _open(bench, page)
    page.keyboard.press("Insert")
    page.keyboard.press("1")
    expect_saved(page)
    assert [box["grade"] for box in bench.saved()] == [1]


def test_enter_says_that_an_image_has_no_defect_and_opens_the_next(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server, images=2)
    page = open_page(bench.person)
    page.goto(f"/p/{bench.slug}/label/")
    expect(page.get_by_role("heading", name="2 images wait")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/label/{bench.images[0]}/$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/label/{bench.images[1]}/$"))
    assert bench.state(0) == "labeled"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing left to label")).to_be_visible()
    assert bench.state(1) == "labeled"


def test_an_image_left_for_later_stays_unlabeled(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server, images=2)
    page = open_page(bench.person)
    _open(bench, page)
    page.keyboard.press("Shift+Enter")
    expect(page).to_have_url(re.compile(f"/label/{bench.images[1]}/$"))
    assert bench.state(0) == "unlabeled"


def test_the_help_panel_lists_the_keys_of_the_project(bench, open_page) -> None:
    page = open_page(bench.person)
    _open(bench, page)
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keys")
    expect(panel.get_by_text("scratches")).to_be_visible()
    expect(panel.get_by_text("Done: save and open the next image")).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_zoom_goes_to_the_cursor_and_fit_shows_everything(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    whole = page.locator("[data-zoom]").inner_text()
    page.mouse.move(*canvas.place((16, 12)))
    expect(page.locator("[data-cursor]")).to_have_text(re.compile(r"x 1[56]\s+y 1[12]"))
    page.mouse.wheel(0, -400)
    expect(page.locator("[data-zoom]")).not_to_have_text(whole)
    expect(page.locator("[data-cursor]")).to_have_text(re.compile(r"x 1[56]\s+y 1[12]"))
    page.keyboard.press("f")
    expect(page.locator("[data-zoom]")).to_have_text(whole)


@pytest.mark.parametrize("size", [(1440, 900), PHONE], ids=["desktop", "phone"])
def test_the_page_fills_the_window_and_never_scrolls(bench, open_page, size) -> None:
    page = open_page(bench.person, size=size)
    canvas = _open(bench, page)
    canvas.drag((10, 10), (20, 20))
    scrolls = page.evaluate(
        "() => { const root = document.documentElement;"
        " return [root.scrollHeight - innerHeight, root.scrollWidth - innerWidth] }"
    )
    assert scrolls == [0, 0]
    assert page.locator("canvas").bounding_box()["height"] >= size[1] * 0.35


def test_a_project_without_types_leads_to_its_settings(blemish_server, open_page) -> None:
    slug = new_slug()
    blemish_server.python(
        f"from tests.factories import *\nmake_image(make_project({slug!r}, types=()), ready=True)"
    )
    page = open_page(blemish_server.person(f"anna-{slug}", project=slug))
    page.goto(f"/p/{slug}/label/")
    expect(page.get_by_role("link", name="Open the settings")).to_be_visible()
