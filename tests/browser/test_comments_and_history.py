"""Comments and history in a real Chromium: pin, answer, resolve, ask a reviewer, look back, restore."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, corners, expect_saved, open_image
from tests.browser.projects import LabelProject
from tests.factories import wire_box
from tests.support.browsers import PHONE
from tests.support.waiting import wait_until


@pytest.fixture
def project(blemish_server) -> LabelProject:
    return LabelProject(blemish_server, images=2)


def threads(project: LabelProject, index: int = 0) -> list[dict]:
    return project.api.get(f"/api/images/{project.images[index]}/comments/").json()


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Comment", exact=True).fill(text)


def thread(page: Page, number: int):
    return page.locator(f"[data-thread='{number}']")


def begin(page: Page, canvas: Canvas, text: str, *, key: str = "k") -> None:
    """Write a comment by key, pin it by a click at (40, 30) and post it."""
    page.keyboard.press(key)
    canvas.click((40, 30))
    write(page, text)
    page.keyboard.press("Control+Enter")
    expect(thread(page, 1)).to_contain_text(text)


def test_a_comment_is_pinned_answered_and_resolved(project, open_page) -> None:
    page = open_page(project.person)
    canvas = open_image(page, project.slug, project.images[0])
    begin(page, canvas, "One defect or two?")
    [kept] = threads(project)
    assert (kept["x"], kept["y"]) == (pytest.approx(40, abs=0.2), pytest.approx(30, abs=0.2))
    expect(page.get_by_role("tab", name="Comments 1")).to_have_attribute("aria-selected", "true")

    other = open_page(project.member("ben", role="inspector"), allowed=["423"])
    seen = open_image(other, project.slug, project.images[0])
    # The comments arrive after the image; a click before them meets no pin.
    expect(other.get_by_role("tab", name="Comments 1")).to_be_visible()
    seen.click((40, 28.5))  # the needle of the pin
    expect(thread(other, 1)).to_contain_text("One defect or two?")
    other.get_by_role("textbox", name="Answer to comment 1").fill("Two, they do not touch.")
    other.get_by_role("button", name="Answer", exact=True).dblclick()
    expect(thread(other, 1)).to_contain_text("Two, they do not touch.")
    other.get_by_role("button", name="Edit").click()
    other.get_by_role("textbox", name="Your comment").fill("Two: they do not touch.")
    other.keyboard.press("Control+Enter")
    expect(thread(other, 1)).to_contain_text("Two: they do not touch.")
    other.get_by_role("button", name="Resolve").click()
    expect(other.get_by_text("1 resolved")).to_be_visible()
    [kept] = threads(project)
    assert [reply["text"] for reply in kept["replies"]] == ["Two: they do not touch."]
    assert kept["resolved_by"].startswith("ben")


def test_words_that_were_not_sent_survive_a_reload_and_a_lost_network(project, open_page) -> None:
    page = open_page(project.person, allowed=["ERR_INTERNET_DISCONNECTED"])
    open_image(page, project.slug, project.images[0])
    page.keyboard.press("k")
    write(page, "Look at the edge.")
    page.reload()
    page.get_by_role("tab", name="Comments").click()
    expect(page.get_by_role("textbox", name="Comment", exact=True)).to_have_value("Look at the edge.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Post").click()
    expect(page.locator("[data-comments-error]")).to_contain_text("Not posted yet")
    page.context.set_offline(False)
    expect(thread(page, 1)).to_contain_text("Look at the edge.", timeout=20_000)
    assert len(threads(project)) == 1


def test_a_call_for_help_waits_for_a_reviewer_whatever_the_asker_saves(project, open_page) -> None:
    page = open_page(project.member("ben", role="inspector"))
    canvas = open_image(page, project.slug, project.images[0])
    begin(page, canvas, "Is this a scratch?", key="q")
    expect(page.locator("[data-image-state]")).to_have_text("In review")
    page.keyboard.press("Alt+b")
    page.locator("canvas").focus()
    canvas.drag((10, 10), (30, 25))
    expect_saved(page)
    expect(page.locator("[data-image-state]")).to_have_text("In review")
    assert project.state() == "in_review"
    page.close()
    project.end_leases()

    review = open_page(project.person)
    review.goto(f"/p/{project.slug}/review/")
    expect(review.locator(".why")).to_contain_text("Needs help")
    expect(review.locator(".why")).to_contain_text("Is this a scratch?")
    expect(thread(review, 1)).to_contain_text("Needs help")
    review.get_by_role("textbox", name="Answer to comment 1").fill("Yes, a light one.")
    review.keyboard.press("Control+Enter")
    expect(thread(review, 1)).to_contain_text("Yes, a light one.")
    review.locator("canvas").focus()
    review.keyboard.press("a")
    expect(review.locator("#review")).to_have_attribute("data-state", "nothing")
    # The next image is asked for before the decision is answered.
    wait_until(lambda: threads(project)[0]["resolved_by"] == project.person.username, what="the decision")
    assert (project.state(), len(project.saved())) == ("labeled", 1)


def test_the_history_shows_what_changed_and_brings_a_version_back(project, open_page) -> None:
    first = wire_box(xmin=5.0, ymin=5.0, xmax=15.0, ymax=15.0)
    gone = wire_box("pits", xmin=40.0, ymin=20.0, xmax=50.0, ymax=30.0)
    project.save(project.person, [first, gone])
    project.save(project.person, [{**first, "xmin": 8.0, "xmax": 18.0, "grade": 4}])
    page = open_page(project.person)
    open_image(page, project.slug, project.images[0])
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name=re.compile("^2 Saved")).click()
    expect(page.get_by_role("status").filter(has_text="box removed")).to_have_text("1 box removed, 1 changed")
    words = page.locator(".differences li")
    expect(words).to_have_text(
        [
            "scratches moved 3 right; no grade became grade 4",
            "pits removed: 10 × 10 at x 40, y 20",
        ]
    )
    page.get_by_role("radio", name="What changed since").check()
    page.get_by_role("button", name=re.compile("^1 Saved")).click()
    expect(words).to_have_count(2)
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("button", name=re.compile("^3 Restored version 1"))).to_be_visible()
    assert [corners(box) for box in project.saved()] == [(5, 5, 15, 15), (40, 20, 50, 30)]
    page.keyboard.press("Alt+b")
    expect(page.locator("[role=option]")).to_have_count(2)


def test_the_panels_work_by_keyboard_on_a_phone_and_say_what_to_do(project, open_page) -> None:
    page = open_page(project.person, size=PHONE)
    open_image(page, project.slug, project.images[1])
    page.get_by_role("tab", name="Boxes").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Comments")).to_be_focused()
    expect(page.get_by_text("No comments yet.")).to_be_in_viewport()
    page.keyboard.press("End")
    expect(page.get_by_text("No version yet.")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
