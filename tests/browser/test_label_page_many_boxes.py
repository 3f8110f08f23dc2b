"""Several boxes at once on the label page: selecting, moving, copying to other images, finding one's way."""

import re
import uuid

from playwright.sync_api import expect

from tests.browser.canvas import corners, expect_saved, open_image
from tests.browser.projects import LabelProject


def _box(number: int, rect: tuple[float, float, float, float], kind: str = "pits") -> dict:
    names = ("xmin", "ymin", "xmax", "ymax")
    return {"id": str(uuid.UUID(int=number + 1)), "defect_type": kind, **dict(zip(names, rect, strict=True))}


def _drag_with_shift(page, canvas, start, end) -> None:
    page.keyboard.down("Shift")
    canvas.drag(start, end)
    page.keyboard.up("Shift")


def test_boxes_selected_by_click_and_band_move_and_come_back_as_one(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server)
    start = [(4, 4, 12, 12), (20, 4, 28, 12), (40, 30, 50, 40)]
    bench.save(bench.person, [_box(number, rect) for number, rect in enumerate(start)])
    page = open_page(bench.person)
    canvas = open_image(page, bench.slug, bench.images[0])
    expect(page.locator("[data-count]")).to_have_text("3 boxes")
    _drag_with_shift(page, canvas, (1, 1), (31, 16))
    expect(page.get_by_text("2 boxes selected: pits")).to_be_visible()
    canvas.click((45, 35), holding="Control")
    canvas.click((24, 8), holding="Shift")
    page.keyboard.press("d")
    canvas.drag((8, 8), (13, 10))
    expect_saved(page)
    moved = [(9, 6, 17, 14), (20, 4, 28, 12), (45, 32, 55, 42)]
    assert [(corners(box), box["difficult"]) for box in bench.saved()] == [
        (moved[0], True),
        (moved[1], False),
        (moved[2], True),
    ]
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect_saved(page)
    assert [(corners(box), box["difficult"]) for box in bench.saved()] == [(rect, False) for rect in start]


def test_a_box_is_drawn_by_four_points_and_escape_takes_one_back(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server)
    page = open_page(bench.person)
    canvas = open_image(page, bench.slug, bench.images[0])
    page.keyboard.press("p")
    page.keyboard.press("x")
    for point in ((20, 10), (10, 20), (60, 44)):
        canvas.click(point)
    page.keyboard.press("Escape")
    expect(page.locator("[data-passing]")).to_have_text("Point 2 of 4")
    canvas.click((20, 30))
    canvas.click((40, 20))
    expect_saved(page)
    assert [(box["defect_type"], *corners(box)) for box in bench.saved()] == [("pits", 10, 10, 40, 30)]


def test_boxes_go_to_the_next_image_by_copy_and_by_one_key(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server, images=3)
    page = open_page(bench.person)
    canvas = open_image(page, bench.slug, bench.images[0])
    canvas.drag((4, 4), (20, 20))
    page.keyboard.press("3")
    page.keyboard.press("Control+c")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/label/{bench.images[1]}/$"))
    page.keyboard.press("Control+v")
    expect_saved(page)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/label/{bench.images[2]}/$"))
    page.keyboard.press("v")
    expect_saved(page)
    lists = [bench.saved(index) for index in range(3)]
    assert [[(corners(box), box["grade"], box["origin"]) for box in boxes] for boxes in lists] == [
        [((4, 4, 20, 20), 3, "human")]
    ] * 3
    assert len({box["id"] for boxes in lists for box in boxes}) == 3


def test_two_thousand_boxes_make_a_short_list_a_map_and_can_be_hidden(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server)
    places = [(number % 50, number // 50) for number in range(2000)]
    boxes = [
        _box(number, (x, y, x + 2, y + 2), "pits" if number % 2 else "scratches")
        for number, (x, y) in enumerate(places)
    ]
    bench.save(bench.person, boxes)
    page = open_page(bench.person)
    canvas = open_image(page, bench.slug, bench.images[0])
    expect(page.locator("[data-count]")).to_have_text("2,000 boxes, 1,000 without a grade")
    rows = page.get_by_role("listbox", name="Boxes of this image")
    assert rows.get_by_role("option").count() < 60
    rows.press("End")
    expect(rows.get_by_role("option", selected=True)).to_have_attribute("aria-posinset", "2000")
    page.get_by_role("button", name="Hide pits").click()
    page.get_by_role("button", name="Hide scratches").click()
    canvas.click((30, 20))
    expect(rows.get_by_role("option", selected=True)).to_have_count(0)
    expect(page.locator("canvas.overview")).to_have_count(0)
    page.mouse.move(*canvas.place((10, 10)))
    page.mouse.wheel(0, -480)
    page.mouse.wheel(0, -480)
    small = page.locator("canvas.overview")
    expect(small).to_be_visible()
    before = page.locator("[data-cursor]").inner_text()
    frame = small.bounding_box()
    page.mouse.click(frame["x"] + frame["width"] - 3, frame["y"] + frame["height"] - 3)
    page.mouse.move(*canvas.place((10, 10)))
    expect(page.locator("[data-cursor]")).not_to_have_text(before)
