"""Every page without a mouse: walked by Tab, each stop has a name and a visible focus; text at 200 % fits."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.canvas import expect_saved, open_image
from tests.browser.projects import LabelProject
from tests.support.browsers import PHONE
from webapp.project_pages import PAGES

# 1440 × 900 at 200 % is a window of 720 × 450 CSS pixels, two device pixels each.
DOUBLED = (720, 450)
MOST_STOPS = 300

# A stop of the Tab key: what it is called, and whether the focus can be seen on it or on what holds it.
STOP = """async () => {
    const stop = document.activeElement;
    if (stop === document.body || stop === null) return null;
    if (stop.dataset.walked) return "again";
    const seen = (element) => {
        const style = getComputedStyle(element);
        const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
        return ring || style.boxShadow.includes("0px 0px 0px 2px");
    };
    const box = stop.getBoundingClientRect();
    const labelled = (stop.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean)
        .map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const labels = [...(stop.labels ?? [])].map((label) => label.textContent).join(" ");
    const alt = [...stop.querySelectorAll("img[alt], svg[aria-label]")]
        .map((image) => image.getAttribute("alt") ?? image.getAttribute("aria-label")).join(" ");
    const words = stop.matches("input, select, textarea") ? "" : stop.textContent;
    const name = [stop.getAttribute("aria-label"), labelled, labels, words, alt, stop.title, stop.placeholder]
        .find((text) => (text ?? "").trim() !== "") ?? "";
    const shown = box.width > 0 && box.height > 0;
    stop.dataset.walked = "yes";
    const ring = seen(stop) || seen(stop.parentElement);
    return { tag: stop.outerHTML.slice(0, 120), name: name.trim(), ring, shown };
}"""


@pytest.fixture(scope="module")
def project(blemish_server) -> LabelProject:
    """Give a project of three images, one of them with a box and one waiting for review."""
    return LabelProject(blemish_server, images=3)


def walk(page: Page) -> list[dict]:
    """Press Tab from the top of the page to its end; return every stop."""
    # From the very top, and into what is folded.
    page.evaluate(
        """() => {
            for (const part of document.querySelectorAll("details")) part.open = true;
            document.body.tabIndex = -1;
            document.body.focus();
            document.body.removeAttribute("tabindex");
        }"""
    )
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop == "again":
            break
        stops.append(stop)
    return stops


def _faults(stops: list[dict]) -> list[str]:
    faults = [f"no name: {stop['tag']}" for stop in stops if not stop["name"]]
    faults += [f"no visible focus: {stop['tag']}" for stop in stops if not stop["ring"]]
    return faults + [f"not to be seen: {stop['tag']}" for stop in stops if not stop["shown"]]


def _expect_no_sideways_scrolling(page: Page, where: str) -> None:
    wide = page.evaluate(
        """() => {
            const page = document.documentElement;
            if (page.scrollWidth <= page.clientWidth) return [];
            return [...document.querySelectorAll("body *")]
                .filter((element) => element.getBoundingClientRect().right > page.clientWidth + 1)
                .slice(0, 5).map((element) => element.outerHTML.slice(0, 100));
        }"""
    )
    assert wide == [], f"{where} is wider than its window"


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_page_is_walked_by_tab_and_fits_at_200_percent_and_on_a_phone(project, open_page, name) -> None:
    page = open_page(project.person)
    page.goto(reverse(name, args=[project.slug]))
    page.wait_for_load_state("networkidle")
    stops = walk(page)
    assert stops[0]["name"] == "Skip to the content"
    assert len(stops) > 5
    assert _faults(stops) == []
    page.keyboard.press("Home")
    for size in (DOUBLED, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        _expect_no_sideways_scrolling(page, f"{name} at {size}")


def test_the_pages_around_projects_are_walked_by_tab_too(project, open_page) -> None:
    page = open_page(project.person)
    for path in ("/", "/account/"):
        page.goto(path)
        assert _faults(walk(page)) == [], path
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        _expect_no_sideways_scrolling(page, path)
    stranger = open_page()
    stranger.goto("/login/")
    assert _faults(walk(stranger)) == []


def test_the_skip_link_leads_past_the_frame(project, open_page) -> None:
    page = open_page(project.person)
    page.goto(f"/p/{project.slug}/images/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_box_is_made_sized_typed_graded_and_saved_without_a_mouse(project, open_page) -> None:
    page = open_page(project.person)
    open_image(page, project.slug, project.images[2])
    expect(page.locator("canvas")).to_be_focused()
    for key in ("Insert", "s", "3", "d", *["Shift+ArrowLeft"] * 2, "ArrowUp", *["Control+ArrowRight"] * 4):
        page.keyboard.press(key)
    expect_saved(page)
    box = project.saved(2)[0]
    assert (box["defect_type"], box["grade"], box["difficult"]) == ("scratches", 3, True)
    expect(page.locator("[data-announce]")).to_contain_text(re.compile("scratches, grade 3, .* Box 1 of 1"))
    assert _faults(walk(page)) == []
    # Every control of the open image acts by a command, and every command can be given a key.
    page.keyboard.press("?")
    page.get_by_role("button", name="Change keys").click()
    commands = page.locator("dialog.help [data-row]").evaluate_all(
        "rows => rows.map((row) => row.dataset.row)"
    )
    controls = page.locator("#label button, #label input[type=checkbox]").evaluate_all(
        """controls => controls.filter((control) => !control.closest("form, dialog, li, [data-notes]"))
            .map((control) => control.dataset.command ?? control.outerHTML.slice(0, 100))"""
    )
    assert len(controls) >= 15
    assert [control for control in controls if control not in commands] == []


def test_the_canvas_is_large_enough_at_200_percent(project, open_page) -> None:
    page = open_page(project.person, size=DOUBLED)
    open_image(page, project.slug, project.images[0])
    frame = page.locator("canvas").bounding_box()
    assert frame["width"] * frame["height"] > 0.4 * DOUBLED[0] * DOUBLED[1], frame
    expect(page.get_by_role("button", name=re.compile("^Done, next"))).to_be_in_viewport()


def test_no_motion_where_none_is_wanted_and_forced_colors_keep_the_state(
    chromium: Browser, blemish_server, project
) -> None:
    context = chromium.new_context(
        base_url=blemish_server.url, forced_colors="active", reduced_motion="reduce"
    )
    cookie = {
        "name": f"blemish_session_{blemish_server.port}",
        "value": project.person.session,
        "url": blemish_server.url,
    }
    context.add_cookies([cookie])
    page = context.new_page()
    page.goto(f"/p/{project.slug}/images/")
    tab = page.locator(".tabs [aria-current=page]")
    assert tab.evaluate("tab => getComputedStyle(tab).outlineStyle") == "solid"
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")]
            .flatMap((element) => getComputedStyle(element).transitionDuration.split(","))
            .filter((seconds) => parseFloat(seconds) > 0).length"""
    )
    assert moving == 0
    context.close()
