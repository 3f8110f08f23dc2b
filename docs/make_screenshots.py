"""Take the pictures of the README and the docs from a running copy.

    .venv/bin/python docs/make_screenshots.py [--out docs/images] [--minutes 2] [--look FOLDER]

It starts a copy of its own in a temporary folder, makes the demo, runs a first round (so that the review
queue, the curves and the severities are real), and photographs the pages in Chromium. Takes five minutes.
With --look it writes every scene to FOLDER, at 1440 x 900 and at 390 x 844, for a person to look through.
"""

import argparse
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browsers import DESKTOP, PHONE, launch  # noqa: E402
from tests.support.servers import Server  # noqa: E402
from tests.support.waiting import wait_until  # noqa: E402

# The images on which most types of defects are labeled.
MOST_VARIED = """
from django.db.models import Count
from annotations.models import Image
images = Image.objects.filter(state="labeled").annotate(kinds=Count("boxes__defect_type", distinct=True))
result = list(images.order_by("-kinds", "-box_count", "pk").values_list("pk", flat=True)[:3])
"""


def main() -> None:
    """Start, train, photograph, stop."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="folder of the pictures")
    parser.add_argument("--look", type=Path, help="write every scene here, at both sizes, instead")
    parser.add_argument("--minutes", type=float, default=2, help="budget of the round's training (default 2)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="blemish-pictures-") as folder, sync_playwright() as playwright:
        server = Server(Path(folder), parts=("web", "ml", "default"), BLEMISH_DEMO="1")
        try:
            run_round(server, minutes=arguments.minutes)
            browser = launch(playwright)
            if arguments.look:
                for size, name in ((DESKTOP, "desktop"), (PHONE, "phone")):
                    photograph(browser, server, arguments.look / name, size=size, scenes=SCENES)
            else:
                photograph(browser, server, arguments.out, size=DESKTOP, scenes=IN_DOCS)
            browser.close()
        finally:
            server.stop()


def run_round(server: Server, *, minutes: float) -> None:
    """Run the demo's first round on the ml worker and wait for its end."""
    api = server.api(server.person("engineer"))
    wanted = {"mode": "self-train", "config": {"minutes": minutes}}
    answer = api.post("/api/projects/demo/rounds/", json=wanted)
    answer.raise_for_status()
    number = answer.json()["id"]

    def ended() -> str | None:
        state = api.get(f"/api/rounds/{number}/").json()
        print(f"\r{state['message'][:70]:<70}", end="", flush=True)
        return state["state"] if state["state"] in ("done", "failed", "cancelled") else None

    assert wait_until(ended, seconds=60 * (minutes + 20), what="the round", every=1) == "done"
    print()


NOTHING_YET = 'result = Image.objects.filter(project__slug="demo", box_count=0).order_by("pk").first().pk'


class Studio:
    """A page of the demo's engineer, and what the scenes need of the project."""

    def __init__(self, page: Page, server: Server, images: list[int]) -> None:
        self.page = page
        self.server = server
        self.labeled, self.talked, self.contested = images
        self.ben = server.api(server.person("ben", project="demo", role="inspector"))

    def open(self, address: str) -> None:
        """Open `address` of the demo and wait until nothing is being fetched any more."""
        self.page.goto(f"/p/demo/{address}")
        self.page.wait_for_load_state("networkidle")

    def save(self, image: int, change: Callable[[list[dict]], None]) -> None:
        """Let Ben save what `change` makes of the boxes of `image`."""
        address = f"/api/images/{image}/boxes/"
        now = self.ben.get(address).json()
        change(now["boxes"])
        headers = {"If-Match": f'"{now["version"]}"'}
        self.ben.put(address, json={"boxes": now["boxes"]}, headers=headers).raise_for_status()

    def label(self) -> None:
        """A labeled image."""
        self.open(f"label/{self.labeled}/")

    def empty(self) -> None:
        """An image without a box, a comment or a history."""
        image = self.server.python("from annotations.models import Image\n" + NOTHING_YET)
        self.open(f"label/{image}/")

    def comments(self) -> None:
        """Two threads, one of them answered."""
        address = f"/api/images/{self.talked}/comments/"
        if not self.ben.get(address).json():
            box = self.ben.get(f"/api/images/{self.talked}/boxes/").json()["boxes"][0]
            about = {"box": box["id"], "text": "Is this one defect or two? They touch at the lower end."}
            thread = self.ben.post(address, json={"uid": str(uuid.uuid4()), **about})
            thread.raise_for_status()
            place = {"x": 40, "y": 160, "text": "Is this a stain, or dust on the lens?"}
            self.ben.post(address, json={"uid": str(uuid.uuid4()), **place}).raise_for_status()
        self.open(f"label/{self.talked}/")
        self.page.keyboard.press("Alt+c")

    def history(self) -> None:
        """What the newest of several versions has changed."""

        def move(boxes: list[dict]) -> None:
            boxes[0]["xmin"] = max(0, boxes[0]["xmin"] - 6)
            boxes[0]["ymin"] = max(0, boxes[0]["ymin"] - 4)

        self.save(self.talked, move)
        self.open(f"label/{self.talked}/")
        self.page.keyboard.press("Alt+h")
        self.page.locator(".revisions button").first.click()

    def conflict(self) -> None:
        """A box that two people have moved, and the choice."""
        self.open(f"label/{self.contested}/")
        self.page.locator("canvas[role=application]").focus()
        self.page.keyboard.press("Tab")
        self.page.wait_for_timeout(300)
        chosen = self.page.locator("[role=option][aria-selected=true]").first.get_attribute("data-box")

        def move(boxes: list[dict]) -> None:
            for box in boxes:
                if box["id"] == chosen:
                    box["xmax"] += 9
                    box["ymax"] += 7

        self.save(self.contested, move)
        self.page.keyboard.press("Shift+ArrowLeft")
        self.page.locator("[data-save][data-state=conflict]").wait_for()

    def help(self) -> None:
        """The list of keys."""
        self.label()
        self.page.keyboard.press("?")

    def gray_levels(self) -> None:
        """The histogram with its window."""
        self.label()
        self.page.keyboard.press("g")

    def selection(self) -> None:
        """Several images of the gallery, and what can be done with them."""
        self.open("images/")
        self.page.locator(".image-card .pick").first.click()
        self.page.keyboard.press("Control+a")


def page_of(address: str) -> Callable[[Studio], None]:
    """Return the scene of a page as it opens."""
    return lambda studio: studio.open(address)


SCENES: dict[str, Callable[[Studio], None]] = {
    "label": Studio.label,
    "empty": Studio.empty,
    "review": page_of("review/"),
    "comments": Studio.comments,
    "history": Studio.history,
    "conflict": Studio.conflict,
    "help": Studio.help,
    "gray-levels": Studio.gray_levels,
    "images": page_of("images/"),
    "selection": Studio.selection,
    "deleted": page_of("images/?deleted=true"),
    "nothing-found": page_of("images/?q=no+such+name"),
    "rounds": page_of("rounds/"),
    "dashboard": page_of("dashboard/"),
    "overview": page_of(""),
    "export": page_of("export/"),
    "settings": page_of("settings/"),
    "inspect": page_of("inspect/"),
}
IN_DOCS = {
    name: SCENES[name]
    for name in (
        "label",
        "review",
        "comments",
        "history",
        "conflict",
        "images",
        "rounds",
        "dashboard",
        "export",
    )
}


def photograph(
    browser: Browser, server: Server, out: Path, *, size: tuple[int, int], scenes: dict[str, Callable]
) -> None:
    """Write one picture per scene at `size`."""
    out.mkdir(parents=True, exist_ok=True)
    images = server.python(MOST_VARIED)
    for name, scene in scenes.items():
        page = open_signed_in(browser, server, size)
        scene(Studio(page, server, images))
        page.wait_for_timeout(1000)  # canvas and charts are drawn in frames after the last answer
        page.screenshot(path=out / f"{name}.png")
        print(out / f"{name}.png")
        page.context.close()


def open_signed_in(browser: Browser, server: Server, size: tuple[int, int]) -> Page:
    """Return a page of `size` at which the demo's engineer has signed in by the form."""
    context = browser.new_context(base_url=server.url, viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Username").fill("engineer")
    page.get_by_label("Password").fill("engineer-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(server.url + "/")
    return page


if __name__ == "__main__":
    main()
