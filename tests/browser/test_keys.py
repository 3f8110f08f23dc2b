"""Keys in a real Chromium: a person changes them, everything on the page follows, and they stay."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import open_image
from tests.browser.projects import LabelProject
from tests.support.browsers import PHONE


@pytest.fixture
def bench(blemish_server) -> LabelProject:
    """Give a project with two images."""
    return LabelProject(blemish_server, images=2)


def _change(page: Page):
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keys")
    panel.get_by_role("button", name="Change keys").click()
    return panel


def _row(panel, name: str):
    return panel.locator(f'[data-row="{name}"]')


def test_a_changed_key_works_at_once_and_on_the_next_computer_and_page(bench, open_page) -> None:
    page = open_page(bench.person)
    open_image(page, bench.slug, bench.images[0])
    panel = _change(page)
    _row(panel, "draw").get_by_role("button", name=re.compile("^B, key of Drawing")).click()
    page.keyboard.press("Control+t")  # never the person's
    expect(panel.get_by_role("status")).to_contain_text("opens a tab or a window")
    with page.expect_response(lambda answer: "/api/preferences/keys/" in answer.url):
        page.keyboard.press("j")
    expect(panel.get_by_role("status")).to_contain_text("J now does “Drawing on or off")
    page.keyboard.press("Escape")
    draw = page.locator(".canvas-bar [data-command=draw]")
    expect(draw).to_have_attribute("title", re.compile(r"\(J\)$"))
    page.keyboard.press("b")
    expect(draw).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("j")
    expect(draw).to_have_attribute("aria-pressed", "true")

    elsewhere = open_page(bench.person)
    elsewhere.goto(f"/p/{bench.slug}/review/")
    expect(elsewhere.locator("[data-command=draw]")).to_have_attribute("title", re.compile(r"\(J\)$"))


def test_a_clash_names_the_other_command_and_the_person_decides(bench, open_page) -> None:
    page = open_page(bench.person)
    open_image(page, bench.slug, bench.images[0])
    panel = _change(page)
    status = panel.get_by_role("status")
    _row(panel, "undo").get_by_role("button", name="Add a key to Undo").click()
    page.keyboard.press("n")
    expect(status).to_have_text("N is the key of “Done: save and open the next image”.")
    panel.get_by_role("button", name="Leave it").click()
    expect(_row(panel, "next").get_by_role("button", name=re.compile("^N,"))).to_be_visible()

    page.keyboard.press("Enter")  # the focus is where it was: on Add
    page.keyboard.press("n")
    page.keyboard.press("Enter")  # Take it from there
    expect(status).to_contain_text("N now does “Undo”. “Done: save and open the next image” has Enter.")
    expect(_row(panel, "next").get_by_role("button", name=re.compile("^N,"))).to_have_count(0)

    # A letter of the project is shown, and stays the project's.
    expect(_row(panel, "type scratches")).to_contain_text("set by the project")
    _row(panel, "undo").get_by_role("button", name="Add a key to Undo").click()
    page.keyboard.press("s")
    expect(status).to_contain_text("S means scratches in this project. Here it would be Shift + S.")
    page.keyboard.press("Escape")
    expect(panel).to_be_visible()

    panel.get_by_role("button", name="Reset all keys").click()
    expect(_row(panel, "next").get_by_role("button", name=re.compile("^N,"))).to_be_visible()
    panel.get_by_role("button", name="Undo", exact=True).click()
    expect(_row(panel, "next").get_by_role("button", name=re.compile("^N,"))).to_have_count(0)
    _row(panel, "undo").get_by_role("button", name="Reset the keys of Undo").click()
    expect(status).to_have_text("“Undo” has Ctrl + Z again.")


def test_the_help_panel_is_searched_and_fits_a_phone(bench, open_page) -> None:
    page = open_page(bench.person, size=PHONE)
    open_image(page, bench.slug, bench.images[0])
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keys")
    panel.get_by_role("searchbox").fill("undo")
    expect(panel.locator("dd")).to_have_text(["Undo"])
    panel.get_by_role("searchbox").fill("nothing like it")
    expect(panel).to_contain_text("Nothing here is called")
    panel.get_by_role("searchbox").fill("")
    panel.get_by_role("button", name="Change keys").click()
    assert panel.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator("canvas")).to_be_focused()


def test_keys_rest_while_a_dialog_is_open_and_while_something_is_composed(bench, open_page) -> None:
    page = open_page(bench.person)
    open_image(page, bench.slug, bench.images[0])
    draw = page.locator(".canvas-bar [data-command=draw]")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_role("button", name="Close").focus()
    page.keyboard.press("b")
    page.keyboard.press("Escape")
    expect(draw).to_have_attribute("aria-pressed", "false")
    page.evaluate(
        """() => {
            const press = (more) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
                { key: "b", code: "KeyB", bubbles: true, cancelable: true, ...more }));
            press({ isComposing: true });
            press({ keyCode: 229 });
            press({ key: "Dead" });
            press({ repeat: true });
        }"""
    )
    expect(draw).to_have_attribute("aria-pressed", "false")


def test_a_key_that_bounces_goes_on_by_one_image(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server, images=3)
    page = open_page(bench.person)
    open_image(page, bench.slug, bench.images[0])
    page.evaluate(
        """() => {
            for (let press = 0; press < 2; press += 1) {
                document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
                    { key: "Enter", code: "Enter", bubbles: true, cancelable: true }));
            }
        }"""
    )
    expect(page).to_have_url(re.compile(f"/label/{bench.images[1]}/$"))
    expect(page.locator("[data-save]")).to_have_text("Saved")
    assert page.url.endswith(f"/label/{bench.images[1]}/")
