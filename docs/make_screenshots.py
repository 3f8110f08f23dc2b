"""Take the pictures of the README and the docs from a running copy.

    .venv/bin/python docs/make_screenshots.py [--out docs/images] [--minutes 2]

It starts a copy of its own in a temporary folder, makes the demo, runs a first round (so that the review
queue, the curves and the severities are real), and photographs the pages in Chromium. Takes five minutes.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.browsers import DESKTOP, PHONE, launch  # noqa: E402
from tests.support.servers import Server  # noqa: E402
from tests.support.waiting import wait_until  # noqa: E402

PAGES = {"images": "images/", "rounds": "rounds/", "dashboard": "dashboard/", "overview": ""}

# The image on which most types of defects are labeled.
MOST_VARIED = """
from django.db.models import Count
from annotations.models import Image
images = Image.objects.filter(state="labeled").annotate(kinds=Count("boxes__defect_type", distinct=True))
result = images.order_by("-kinds", "-box_count", "pk").first().pk
"""


def main() -> None:
    """Start, train, photograph, stop."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", help="folder of the pictures")
    parser.add_argument("--minutes", type=float, default=2, help="budget of the round's training (default 2)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="blemish-pictures-") as folder, sync_playwright() as playwright:
        server = Server(Path(folder), parts=("web", "ml", "default"), BLEMISH_DEMO="1")
        try:
            run_round(server, minutes=arguments.minutes)
            browser = launch(playwright)
            for theme in ("light", "dark"):
                photograph(browser, server, arguments.out, theme=theme)
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


def photograph(browser: Browser, server: Server, out: Path, *, theme: str) -> None:
    """Write one picture per page in the color THEME, and the pages of a phone in the light one."""
    page = open_signed_in(browser, server, DESKTOP, theme)
    suffix = "" if theme == "light" else "-dark"
    labeled = server.python(MOST_VARIED)
    shoot(page, f"/p/demo/label/{labeled}/", out / f"label{suffix}.png")
    shoot(page, "/p/demo/review/", out / f"review{suffix}.png")
    for name, address in PAGES.items():
        shoot(page, f"/p/demo/{address}", out / f"{name}{suffix}.png")
    page.context.close()
    if theme == "light":
        phone = open_signed_in(browser, server, PHONE, theme)
        shoot(phone, "/p/demo/dashboard/", out / "dashboard-phone.png")
        phone.context.close()


def open_signed_in(browser: Browser, server: Server, size: tuple[int, int], theme: str) -> Page:
    """Return a page of SIZE at which the demo's engineer has signed in by the form."""
    context = browser.new_context(
        base_url=server.url, viewport={"width": size[0], "height": size[1]}, color_scheme=theme
    )
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("Username").fill("engineer")
    page.get_by_label("Password").fill("engineer-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(server.url + "/")
    return page


def shoot(page: Page, address: str, path: Path) -> None:
    """Photograph ADDRESS when nothing is being fetched any more."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(800)  # canvas and charts are drawn in frames after the last answer
    page.screenshot(path=path)
    print(path.name)


if __name__ == "__main__":
    main()
