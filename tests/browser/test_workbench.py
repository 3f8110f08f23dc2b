"""The workbench as other pages will use it: parts left out, commands and a queue of the page's own."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.projects import LabelProject

PAGE = """
import { createWorkbench } from "../workbench/workbench.js";
import { find, readData } from "../ui/element.js";

const done = [];
const [root, data] = [find("#label"), readData("label-data")];
const options = { root, data, kind: "label", ahead: 2, tabs: [], without: WITHOUT };
const { workbench } = createWorkbench(options, ({ notice }) => ({
  openId: () => undefined,
  mayEdit: () => false,
  signedIn() {},
  commands: (shared) => [
    {
      name: "right",
      label: "This crop is right",
      group: "Crops",
      keys: ["Enter"],
      perform: () => notice.say("Right"),
    },
    ...Object.values(shared).flat(),
  ],
}));
window.made = {
  names: () => Object.keys(workbench),
  ask: (part) => { try { workbench[part](); return "here"; } catch (error) { return error.message; } },
  next: async () => { const item = await workbench.queue.next(); return item?.claimed.image.name ?? null; },
};
"""


@pytest.fixture
def project(blemish_server) -> LabelProject:
    """Give a project with two images."""
    return LabelProject(blemish_server, images=2)


def _open(page: Page, project: LabelProject, without: str) -> None:
    page.route(
        re.compile(r"/static/label/main(\.\w+)?\.js"),
        lambda route: route.fulfill(body=PAGE.replace("WITHOUT", without), content_type="text/javascript"),
    )
    page.goto(f"/p/{project.slug}/label/")
    page.wait_for_function("window.made !== undefined")


def test_a_page_without_an_image_has_keys_help_and_a_queue(project, open_page) -> None:
    page = open_page(project.person)
    _open(page, project, '["editor"]')
    page.keyboard.press("Enter")
    expect(page.locator("[data-passing]")).to_have_text("Right")
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keys")
    expect(panel).to_contain_text("This crop is right")
    expect(panel).not_to_contain_text("Overview map")
    page.keyboard.press("Escape")
    names = {page.evaluate("made.next()"), page.evaluate("made.next()")}
    assert len(names - {None}) == 2
    assert page.evaluate('made.ask("editor")') == 'This page was made without the part "editor".'
    assert page.evaluate('made.ask("comments")') == 'This page was made without the part "comments".'


def test_smaller_parts_are_left_out_one_by_one(project, open_page) -> None:
    page = open_page(project.person)
    _open(page, project, '["comments", "overview", "clipboard"]')
    assert page.evaluate('made.ask("editor")') == "here"
    assert page.evaluate('made.ask("comments")') == 'This page was made without the part "comments".'
    page.keyboard.press("?")
    panel = page.get_by_role("dialog", name="Keys")
    expect(panel).to_contain_text("Show the whole image")
    for left_out in ("Overview map", "Paste the copied boxes", "Ask a reviewer"):
        expect(panel).not_to_contain_text(left_out)
