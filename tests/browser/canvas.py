"""Drive the canvas of the label and review pages in image pixels."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

Point = tuple[float, float]


@dataclass(frozen=True)
class Canvas:
    """The canvas of an open image of WIDTH × HEIGHT pixels that is shown whole."""

    page: Page
    width: int
    height: int

    def place(self, point: Point) -> Point:
        """Return where the image pixel POINT lies in the window."""
        frame = self.page.locator("canvas[role=application]").bounding_box()
        margin = min(24, frame["width"] / 8, frame["height"] / 8)
        scale = min(
            64, (frame["width"] - 2 * margin) / self.width, (frame["height"] - 2 * margin) / self.height
        )
        x = frame["x"] + frame["width"] / 2 + (point[0] - self.width / 2) * scale
        y = frame["y"] + frame["height"] / 2 + (point[1] - self.height / 2) * scale
        return x, y

    def click(self, point: Point, *, holding: str = "") -> None:
        """Click the image pixel POINT, with the key HOLDING held."""
        if holding:
            self.page.keyboard.down(holding)
        self.page.mouse.click(*self.place(point))
        if holding:
            self.page.keyboard.up(holding)

    def drag(self, start: Point, end: Point, *, keys: str = "") -> None:
        """Drag from START to END in image pixels, pressing KEYS one by one before the last step."""
        self.page.mouse.move(*self.place(start))
        self.page.mouse.down()
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.page.mouse.move(*self.place(middle), steps=3)
        for key in keys:
            self.page.keyboard.press(key)
        self.page.mouse.move(*self.place(end), steps=3)
        self.page.mouse.up()


def open_image(page: Page, slug: str, image: int, *, size: tuple[int, int] = (64, 48)) -> Canvas:
    """Open IMAGE on the label page and wait until it can be worked on."""
    page.goto(f"/p/{slug}/label/{image}/")
    # A busy machine takes its time over the first page of a fresh browser.
    expect(page.locator("#label")).to_have_attribute("data-state", "open", timeout=20_000)
    expect(page.locator("[data-save]")).to_have_text(re.compile("Saved|Read only|Unsaved|Conflict"))
    return Canvas(page, *size)


def expect_saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(page.locator("[data-save]")).to_have_text("Saved", timeout=8_000)


def corners(box: dict) -> tuple[float, float, float, float]:
    """Return xmin, ymin, xmax, ymax of a box on the wire."""
    return box["xmin"], box["ymin"], box["xmax"], box["ymax"]
