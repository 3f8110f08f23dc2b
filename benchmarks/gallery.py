"""Measure the gallery on a large project: filters, orders, the counts beside them, deep pages, statistics.

.venv/bin/python benchmarks/gallery.py --images 100000 --boxes 10 --json gallery.json
.venv/bin/python benchmarks/gallery.py --images 10000 --scroll     # a real Chromium through all of the cards

Fills an empty database (SQLite in a temporary folder, or the server that --database names) with made-up
rows: four types, three of them graded; of the boxes two fifths by a model, graded by probabilities. A request
is the whole page fragment, rendered; the first one warms up, of three more the median counts. The budget is
200 ms each.

On SQLite with 100,000 images and 1,000,000 boxes, in milliseconds of processor time (two cores that other
work shared): pages 30 to 92 in every filter and order and at any depth; counts 5 to 60, but 134 and 214 for a
common range of the boxes' severity; statistics of 500 images 23, of everything 3,700.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.made_up import fill

BUDGET_MS = 200
FILTERS = {
    "everything": {},
    "state": {"state": "in_review"},
    "split": {"split": "test"},
    "type": {"defect_type": "dent"},
    "type, rare": {"defect_type": "crack"},
    "type and grade": {"defect_type": "dent", "grade": "4"},
    "grade, rare": {"grade": "5"},
    "box by a model": {"by": "model"},
    "lot": {"lot": "coil-1-7"},
    "line": {"line": "B"},
    "labeler": {"labeler": "eva"},
    "search": {"q": "000099"},
    "search, nothing": {"q": "no such image"},
    "severity of a box, common": {"severity_from": "0.3", "severity_below": "0.4"},
    "severity of a box, high": {"severity_from": "0.9"},
    "severity of a box, none": {"severity_from": "0.985", "severity_below": "0.99"},
    "severity of the image": {"worst_from": "0.5", "worst_below": "0.6"},
    "open comments": {"comments": "open"},
    "somebody works there": {"working": "anybody"},
    "deleted": {"deleted": "true"},
}


def main() -> None:
    """Fill, measure, print a table, write the figures."""
    options = read_options()
    with tempfile.TemporaryDirectory(prefix="blemish-gallery-") as folder:
        start_django(Path(folder), options.database)
        project, client = fill(options.images, options.boxes)
        figures: dict = {"images": options.images, "boxes": options.images * options.boxes}
        figures |= {"cores": os.cpu_count(), "database": vendor()}
        if options.scroll:
            figures["scroll"] = scroll(project, options.images)
            print(json.dumps(figures["scroll"], indent=2))
        else:
            figures["rows"] = measure(project, client)
            print_table(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000, help="how many (default 100,000)")
    parser.add_argument("--boxes", type=int, default=10, help="on each image (default 10)")
    parser.add_argument("--database", default="", help="postgres://… of an empty database (default SQLite)")
    parser.add_argument(
        "--scroll", action="store_true", help="scroll through the cards in a Chromium instead"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def start_django(folder: Path, database: str) -> None:
    """Start Django on an empty database."""
    os.environ.update(
        BLEMISH_VAR=str(folder), DATABASE_URL=database, DJANGO_SETTINGS_MODULE="webapp.settings"
    )
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)


def vendor() -> str:
    """Return which kind of database is measured."""
    from django.db import connection

    return connection.vendor


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Return the median milliseconds of three calls of `work` after one that warms up: {"ms", "cpu_ms"}.

    Processor time is what remains of the clock's on a machine that other work shares.
    """
    work()
    spent = []
    for _ in range(3):
        began, began_cpu = time.perf_counter(), time.process_time()
        work()
        spent.append((time.perf_counter() - began, time.process_time() - began_cpu))
    clock, cpu = (round(statistics.median(part) * 1000, 1) for part in zip(*spent, strict=True))
    return {"ms": clock, "cpu_ms": cpu}


def measure(project, client) -> list[dict]:
    """Return a row per filter, order and depth: {"what", "page": times, "count": times}, see timed."""
    from annotations.listing import keyset_pagination

    page, rows = f"/p/{project.slug}/images/", []

    def get(address: str, query: dict) -> str:
        answer = client.get(address, query, headers={"hx-request": "true"})
        assert answer.status_code == 200, answer.content[:500]
        return answer.content.decode()

    for name, query in FILTERS.items():
        shown = timed(partial(get, page, query))
        counted = timed(partial(get, f"{page}count/", query))
        rows.append({"what": f"filter: {name}", "page": shown, "count": counted})
    for sort, order in keyset_pagination.SORTS.items():
        rows.append({"what": f"order: {order.label}", "page": timed(partial(get, page, {"sort": sort}))})
        deep = deep_cursor(project, order)
        spent = timed(partial(get, page, {"sort": sort, "after": deep}))
        rows.append({"what": f"order: {order.label}, deep", "page": spent})
    narrow = {"filter": {"lot": "coil-1-7"}}
    for name, body in {"of 500 images": narrow, "of everything": {"filter": {}}}.items():
        summary = f"/api/projects/{project.slug}/images/summary/"
        spent = timed(partial(client.post, summary, body, content_type="application/json"))
        rows.append({"what": f"statistics {name}", "page": spent})
    return rows


def deep_cursor(project, order) -> str:
    """Return the cursor of an image near the end of `order`."""
    from annotations.listing.keyset_pagination import Cursor

    rows = project.images.present().filter(**{f"{order.field}__isnull": False})
    sign = "-" if order.descending else ""
    place = int(rows.count() * 0.95)
    return Cursor.of(rows.order_by(f"{sign}{order.field}", f"{sign}pk")[place], order, order.field)


def print_table(figures: dict) -> None:
    """Print the rows, those over the budget marked."""
    print(f"{figures['images']:,} images, {figures['boxes']:,} boxes, {figures['database']}")
    print(f"{'':44}{'page, ms':>10}{'of CPU':>8}{'count, ms':>11}{'of CPU':>8}")
    for row in figures["rows"]:
        page, count = row["page"], row.get("count")
        over = "  over" if max(page["cpu_ms"], count["cpu_ms"] if count else 0) > BUDGET_MS else ""
        counted = f"{count['ms']:>11,.0f}{count['cpu_ms']:>8,.0f}" if count else f"{'–':>11}{'–':>8}"
        print(f"{row['what']:44}{page['ms']:>10,.0f}{page['cpu_ms']:>8,.0f}{counted}{over}")


SCROLL = """async (most) => {
  const cards = () => document.querySelectorAll("li.image-card").length;
  const frames = [];
  let nodes = 0, last = performance.now(), still = 0, height = 0;
  for (;;) {
    window.scrollBy(0, 240);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    nodes = Math.max(nodes, document.getElementsByTagName("*").length);
    const reached = Number(document.querySelector("li.image-card:last-child")?.getAttribute("aria-posinset"));
    const end = window.scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    still = end && height === document.documentElement.scrollHeight ? still + 1 : 0;
    height = document.documentElement.scrollHeight;
    if (reached >= most || still > 600) return { frames, nodes, reached, shown: cards() };
  }
}"""


def scroll(project, images: int) -> dict:
    """Scroll through all cards in a Chromium; return frame times in ms, and how large the page grew."""
    import shutil

    from django.contrib.auth import get_user_model
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from playwright.sync_api import sync_playwright

    from webapp.wsgi import application

    class Silent(WSGIRequestHandler):
        def log_message(self, *_: object) -> None:
            """Write no line for each request."""

    server = ThreadedWSGIServer(("127.0.0.1", 0), Silent)
    server.set_app(StaticFilesHandler(application))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    present = project.images.present().count()
    cookie = session_cookie(get_user_model().objects.get(username="eva"))
    address = f"http://127.0.0.1:{server.server_address[1]}"
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
        signed_in: Any = {**cookie, "url": address}
        context.add_cookies([signed_in])
        page = context.new_page()
        page.goto(f"/p/{project.slug}/images/")
        page.wait_for_selector("li.image-card")
        began = time.perf_counter()
        result = page.evaluate(SCROLL, present)
        seconds = time.perf_counter() - began
        heap = page.evaluate("performance.memory?.usedJSHeapSize ?? 0")
        browser.close()
    server.shutdown()
    frames = sorted(result["frames"][10:])
    return {
        "cards": result["reached"],
        "cards_in_the_page": result["shown"],
        "elements_at_most": result["nodes"],
        "seconds": round(seconds, 1),
        "frame_ms_median": round(statistics.median(frames), 1),
        "frame_ms_p95": round(frames[int(len(frames) * 0.95)], 1),
        "frame_ms_p99": round(frames[int(len(frames) * 0.99)], 1),
        "heap_mb": round(heap / 2**20),
    }


def session_cookie(user) -> dict:
    """Return the cookie of a session of `user`."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key}


if __name__ == "__main__":
    main()
