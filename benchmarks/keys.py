"""Count the keys, clicks and drags that labeling takes, from opening an image to the next one.

.venv/bin/python benchmarks/keys.py --json keys.json

Starts a copy of Blemish of its own on this computer (a temporary folder, a free port on 127.0.0.1) and labels
its images in a real Chromium, once for each way of working, with the keyboard and at most one drag for a box:

  same type       the type once by its key, then one drag for each box, Enter for the next image
  types, grades   another type for each box by its key, the grade by its digit, one drag
  extreme points  four clicks for each box on its top, left, bottom and right
  taken over      the boxes of the previous image by one key, Enter
  copied          all boxes of an image copied once, and pasted on each of the next
  accept          proposals of a model accepted by one key on the review page

What was saved is compared with what was meant, so that no way counts that does not label. Nothing is timed.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Page, expect, sync_playwright

from runner.debian import BROWSERS
from tests.browser.canvas import Canvas
from tests.support.browsers import sign_in
from tests.support.servers import Server
from tests.support.waiting import wait_until

WIDTH, HEIGHT = 640, 480
# xmin, ymin, xmax, ymax, type, grade of each box on every image
BOXES = [
    (40, 40, 120, 90, "scratches", 2),
    (200, 60, 230, 160, "pits", None),
    (300, 50, 420, 80, "scratches", 4),
    (60, 220, 90, 300, "pits", None),
    (180, 250, 330, 330, "scratches", 1),
    (420, 200, 560, 400, "scratches", 5),
]
KEYS = {"scratches": "s", "pits": "p"}

MAKE = """
from tests.factories import *
project = make_project({slug!r}, types=())
make_type(project, "scratches", grades=5, hotkey="s", color="#E69F00")
make_type(project, "pits", hotkey="p", color="#56B4E9")
size = dict(width={width}, height={height})
images = [make_image(project, f"part-{{n}}.png", ready=True, **size) for n in range({count})]
if {review}:
    for image in images:
        make_review_item(image, proposal=make_proposal(image, scores=(0.4, 0.5, 0.6)))
result = [image.pk for image in images]
"""


@dataclass
class Hand:
    """A person's hand on one page: does things and counts them."""

    page: Page
    canvas: Canvas
    counts: dict[str, int] = field(default_factory=lambda: {"keys": 0, "clicks": 0, "drags": 0})

    def key(self, key: str) -> None:
        """Press a key; a key with Ctrl or Shift counts as one."""
        self.counts["keys"] += 1
        self.page.keyboard.press(key)

    def click(self, x: float, y: float) -> None:
        """Click an image pixel."""
        self.counts["clicks"] += 1
        self.canvas.click((x, y))

    def drag(self, box: tuple) -> None:
        """Drag over a box."""
        self.counts["drags"] += 1
        self.canvas.drag(box[:2], box[2:4])


@dataclass(frozen=True)
class Way:
    """A way of working: what is done on an image, what must be saved then, and what is counted of it."""

    name: str
    label: Callable[[Hand, int], None]
    meant: Callable[[int], list[tuple]]
    first: int = 0  # images before this one only prepare
    review: bool = False


def label_same_type(hand: Hand, number: int) -> None:
    """Draw every box with the type that was chosen once."""
    if number == 0:
        hand.key(KEYS["pits"])
    for box in BOXES:
        hand.drag(box)


def label_types_and_grades(hand: Hand, number: int) -> None:
    """Choose type and grade of each box by key, after its drag: the box is still selected."""
    current = None
    for box in BOXES:
        hand.drag(box)
        if box[4] != current or number > 0:
            hand.key(KEYS[box[4]])
        current = box[4]
        if box[5] is not None:
            hand.key(str(box[5]))
        # The next drag may begin on a handle of this box.
        hand.key("Escape")


def label_extreme_points(hand: Hand, number: int) -> None:
    """Click top, left, bottom and right of each box."""
    if number == 0:
        hand.key(KEYS["pits"])
        hand.key("x")
    for xmin, ymin, xmax, ymax, *_ in BOXES:
        x, y = (xmin + xmax) / 2, (ymin + ymax) / 2
        for point in ((x, ymin), (xmin, y), (x, ymax), (xmax, y)):
            hand.click(*point)


def label_taken_over(hand: Hand, number: int) -> None:
    """Take the previous image's boxes over."""
    if number == 0:
        label_types_and_grades(hand, number)
    else:
        hand.key("v")


def label_copied(hand: Hand, number: int) -> None:
    """Copy all boxes of the first image, paste them on the others."""
    if number == 0:
        label_types_and_grades(hand, number)
        hand.key("Control+a")
        hand.key("Control+c")
    else:
        hand.key("Control+v")


def all_pits(_: int) -> list[tuple]:
    """Return the boxes, all of one type without grades."""
    return [(*box[:4], "pits", None) for box in BOXES]


def all_boxes(_: int) -> list[tuple]:
    """Return the boxes as they are."""
    return BOXES


WAYS = (
    Way("same type", label_same_type, all_pits),
    Way("types, grades", label_types_and_grades, all_boxes),
    Way("extreme points", label_extreme_points, all_pits),
    Way("taken over", label_taken_over, all_boxes, first=1),
    Way("copied", label_copied, all_boxes, first=1),
    Way("accept", lambda hand, _: hand.key("a"), lambda _: [()] * 3, review=True),
)


def main() -> None:
    """Label in every way, print the table, write the figures."""
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="blemish-keys-") as folder:
        server = Server(Path(folder))
        try:
            rows = count_all(server, options.ways, options.images)
        finally:
            server.stop()
    print_table(rows)
    if options.json:
        options.json.write_text(json.dumps({"images": options.images, "ways": rows}, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=4, help="images labeled in each way (default 4)")
    names = [way.name for way in WAYS]
    parser.add_argument("--ways", nargs="+", choices=names, default=names, metavar="WAY", help="only these")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    if options.images < 2:
        parser.error("--images: two at least, so that boxes can go from one to the next")
    return options


def count_all(server: Server, names: list[str], images: int) -> list[dict]:
    """Return one row for each way."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        arguments = ["--disable-quic", "--disable-background-networking"]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        rows = []
        for number, way in enumerate(way for way in WAYS if way.name in names):
            page = browser.new_context(
                base_url=server.url, viewport={"width": 1440, "height": 900}
            ).new_page()
            rows.append(count_way(server, page, way, slug=f"way-{number}", images=images))
            page.context.close()
        browser.close()
    return rows


def _boxes_of(api: Any, image: int) -> list[dict]:
    boxes: list[dict] = api.get(f"/api/images/{image}/boxes/").json()["boxes"]
    return boxes


def count_way(server: Server, page: Page, way: Way, *, slug: str, images: int) -> dict:
    """Label `images` images in one way and return what it took, in all, per image and per box."""
    code = MAKE.format(slug=slug, width=WIDTH, height=HEIGHT, count=images, review=way.review)
    ids: Any = server.python(code)
    anna = server.person(f"anna-{slug}", project=slug)
    sign_in(page, anna, server)
    page.goto(f"/p/{slug}/{'review' if way.review else 'label'}/")
    place = page.locator("#review" if way.review else "#label")
    page.keyboard.press("Enter")
    hand = Hand(page, Canvas(page, WIDTH, HEIGHT))
    api = server.api(anna)
    boxes = 0
    for number, image in enumerate(ids):
        expect(place).to_have_attribute("data-state", "open", timeout=30_000)
        expect(page.locator("[data-image-name]").first).to_have_text(f"part-{number}.png", timeout=30_000)
        # What is done before the image may be changed is ignored, as for a person.
        expect(page.locator("button[data-command=draw]")).to_be_enabled(timeout=30_000)
        if number == way.first:
            hand.counts = dict.fromkeys(hand.counts, 0)
        way.label(hand, number)
        if not way.review:
            hand.key("Enter")
        meant = way.meant(number)
        boxes += len(meant) if number >= way.first else 0
        check(partial(_boxes_of, api, image), meant, way)
    counted = images - way.first
    return {
        "way": way.name,
        "images": counted,
        "boxes": boxes,
        **hand.counts,
        **{f"{name}_per_image": value / counted for name, value in hand.counts.items()},
        **{f"{name}_per_box": value / boxes for name, value in hand.counts.items()},
    }


def check(saved: Callable[[], list[dict]], meant: list[tuple], way: Way) -> None:
    """Wait until what was meant is saved; for proposals, so many boxes."""

    wanted = sorted(str((*map(float, box[:4]), *box[4:])) for box in meant)
    found: list[str] = []

    def is_saved() -> bool:
        boxes = saved()
        names = ("xmin", "ymin", "xmax", "ymax", "defect_type", "grade")
        found[:] = sorted(str(tuple(box[name] for name in names)) for box in boxes)
        return len(boxes) == len(meant) if way.review else found == wanted

    try:
        wait_until(is_saved, seconds=20, what=f"the boxes of the way {way.name!r}")
    except AssertionError as error:
        raise AssertionError(f"{error}: meant {wanted}, saved {found}") from error


def print_table(rows: list[dict]) -> None:
    """Print one line for each way."""
    print(f"\n{'':<16}{'per image':^27}{'per box':^27}")
    print(f"{'way':<16}{'keys':>9}{'clicks':>9}{'drags':>9}{'keys':>9}{'clicks':>9}{'drags':>9}{'boxes':>9}")
    for row in rows:
        cells = [
            f"{row[f'{name}_per_{of}']:.2f}"
            for of in ("image", "box")
            for name in ("keys", "clicks", "drags")
        ]
        print(f"{row['way']:<16}" + "".join(f"{cell:>9}" for cell in cells) + f"{row['boxes']:>9}")


if __name__ == "__main__":
    main()
