"""A real Chromium, watched: an error on the console or a request to elsewhere fails the test."""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from runner.debian import BROWSERS
from tests.support.missing import skip_or_fail
from tests.support.servers import Person, Server

DESKTOP = (1440, 900)
PHONE = (390, 844)


class Watch:
    """Everything wrong that happened in one browser context."""

    def __init__(self, context: BrowserContext, home: str, allowed: Sequence[str]) -> None:
        self.faults: list[str] = []
        self._home = home
        self._allowed = allowed
        context.on("request", lambda request: self._check_address(request.url))
        context.on("console", lambda message: message.type == "error" and self._note(message.text))
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))

    def _check_address(self, url: str) -> None:
        if not url.startswith((self._home + "/", "data:", "blob:", "about:")):
            self._note(f"asked the network for {url}")

    def _note(self, text: str) -> None:
        if not any(re.search(pattern, text) for pattern in self._allowed):
            self.faults.append(text)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Give the Chromium of this machine, or the one that playwright installed."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def launch(playwright: Playwright) -> Browser:
    """Start Chromium; skips, or fails with CI set, where there is none."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found and not Path(playwright.chromium.executable_path).exists():
        skip_or_fail("No Chromium here: apt-get install chromium (or: playwright install chromium)")
    arguments = ["--disable-quic", "--disable-background-networking"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return playwright.chromium.launch(executable_path=found, args=arguments)


@pytest.fixture
def open_page(
    chromium: Browser, blemish_server: Server, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page in a browser of its own, for a person when one is named.

    `open_page(person, size=PHONE, allowed=[r"412"])`: ALLOWED are patterns of console errors that the
    test wants to see (Chromium writes one for each answer of status 400 and above). Another server than
    the shared one is named by `server`. Addresses may be relative: `page.goto("/p/steel/label/")`.
    """
    opened: list[tuple[BrowserContext, Watch]] = []

    def make(
        person: Person | None = None,
        *,
        size: tuple[int, int] = DESKTOP,
        allowed: Sequence[str] = (),
        server: Server = blemish_server,
    ) -> Page:
        context = chromium.new_context(
            base_url=server.url,
            viewport={"width": size[0], "height": size[1]},
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        opened.append((context, Watch(context, server.url, allowed)))
        page = context.new_page()
        if person:
            sign_in(page, person, server)
        return page

    yield make
    faults = [fault for _, watch in opened for fault in watch.faults]
    for context, _ in opened:
        context.close()
    assert not faults, "the pages did what they must not:\n" + "\n".join(faults)


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """Give a page of 1440 × 900 at which nobody is signed in."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """Give a page of 390 × 844 at which nobody is signed in."""
    return open_page(size=PHONE)


def sign_in(page: Page, person: Person, server: Server) -> None:
    """Sign PERSON in at PAGE's browser by a session cookie, without the form."""
    cookie = {"name": f"blemish_session_{server.port}", "value": person.session, "url": server.url}
    page.context.add_cookies([cookie])
