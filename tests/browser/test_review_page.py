"""The review page in a real Chromium: decisions by key, corrections, failures that come back, the end."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.canvas import Canvas, corners
from tests.browser.projects import LabelProject, new_slug

_PROPOSE = """
from tests.factories import *
from annotations.models import Image, ProposedBox
for image in Image.objects.filter(project__slug={slug!r}).order_by("pk"):
    proposal = make_proposal(image, scores=())
    ProposedBox.objects.create(
        proposal=proposal, defect_type=image.project.defect_types.get(name="scratches"), score=0.41,
        xmin=10.0, ymin=10.0, xmax=30.0, ymax=30.0, grade_probabilities=[0.1, 0.6, 0.2, 0.1, 0.0],
    )
    make_review_item(image, proposal=proposal, detail="scratches 0.41 is below its threshold 0.62")
"""


class ReviewProject(LabelProject):
    """A project whose images all wait for a decision on one proposed scratch of predicted grade 2."""

    def __init__(self, server, *, images: int = 3) -> None:
        super().__init__(server, images=images)
        server.python(_PROPOSE.format(slug=self.slug))

    def open(self, page: Page) -> Canvas:
        """Open the review page and wait for its first image."""
        page.goto(f"/p/{self.slug}/review/")
        expect(page.locator("#review")).to_have_attribute("data-state", "open")
        return Canvas(page, 64, 48)


@pytest.fixture
def queue(blemish_server) -> ReviewProject:
    """Give a project with three images to review."""
    return ReviewProject(blemish_server)


def _expect_waiting(page: Page, count: int) -> None:
    expect(page.locator("[data-waiting]")).to_have_text(f"{count} to review")


def _expect_image(page: Page, name: str) -> None:
    expect(page.locator("[data-image-name]")).to_have_text(name)


def test_a_proposal_says_why_it_is_asked_and_keeps_score_and_severity_apart(queue, open_page) -> None:
    page = open_page(queue.person)
    queue.open(page)
    expect(page.locator(".why")).to_contain_text("Unsure")
    expect(page.locator(".why")).to_contain_text("scratches 0.41 is below its threshold 0.62")
    expect(page.locator(".why")).to_contain_text("Proposed by round-1, round 1")
    row = page.locator("[role=option]")
    expect(row.locator(".score")).to_have_text("score 0.41")
    expect(row.locator(".severity")).to_have_text("0.46")


def test_accepting_by_key_labels_the_image_with_the_predicted_grade(queue, open_page) -> None:
    page = open_page(queue.person)
    queue.open(page)
    page.keyboard.press("a")
    _expect_image(page, "part-1.png")
    _expect_waiting(page, 2)
    [box] = queue.saved(0)
    assert (box["decision"], box["origin"], box["grade"], *corners(box)) == (
        "accepted",
        "model",
        2,
        10,
        10,
        30,
        30,
    )
    assert queue.state(0) == "labeled"


def test_a_grade_given_on_the_way_is_accepted_with_the_box(queue, open_page) -> None:
    page = open_page(queue.person)
    canvas = queue.open(page)
    canvas.click((20, 20))
    page.keyboard.press("5")
    page.keyboard.press("a")
    _expect_waiting(page, 2)
    [box] = queue.saved(0)
    assert (box["decision"], box["grade"]) == ("accepted", 5)


def test_a_changed_box_is_submitted_as_a_correction_and_keeps_what_was_proposed(queue, open_page) -> None:
    page = open_page(queue.person)
    canvas = queue.open(page)
    canvas.drag((20, 20), (25, 20))
    expect(page.get_by_role("button", name="Correct")).to_be_enabled()
    page.keyboard.press("a")
    expect(page.locator("[data-passing]")).to_contain_text("C submits them")
    page.keyboard.press("c")
    _expect_waiting(page, 2)
    [box] = queue.saved(0)
    assert (box["decision"], box["xmin"], box["proposed"]["xmin"]) == ("corrected", 15, 10)


def test_rejecting_gives_the_image_back_to_be_labeled_by_hand(queue, open_page) -> None:
    page = open_page(queue.person)
    queue.open(page)
    page.keyboard.press("r")
    _expect_waiting(page, 2)
    assert queue.saved(0) == []
    assert queue.state(0) == "unlabeled"


def test_a_skipped_image_is_not_offered_again_and_waits_for_others(queue, open_page) -> None:
    page = open_page(queue.person)
    queue.open(page)
    for name in ("part-1.png", "part-2.png"):
        page.keyboard.press("s")
        _expect_image(page, name)
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    assert queue.state(0) == "in_review"


def test_deciding_everything_by_key_ends_with_what_to_do_next(queue, open_page) -> None:
    page = open_page(queue.person)
    queue.open(page)
    for name in ("part-1.png", "part-2.png"):
        page.keyboard.press("a")
        _expect_image(page, name)
    page.keyboard.press("a")
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the rounds")).to_be_visible()
    _expect_waiting(page, 0)
    assert [queue.state(index) for index in range(3)] == ["labeled"] * 3


def test_a_decision_that_cannot_be_sent_comes_back_with_its_boxes(queue, open_page) -> None:
    page = open_page(queue.person, allowed=["ERR_FAILED"])
    canvas = queue.open(page)
    page.route(re.compile("/decision/"), lambda route: route.abort())
    canvas.drag((20, 20), (25, 20))
    page.keyboard.press("c")
    expect(page.locator("[data-notes]")).to_contain_text("part-0.png is not decided yet")
    _expect_image(page, "part-0.png")
    page.unroute(re.compile("/decision/"))
    page.keyboard.press("c")
    _expect_image(page, "part-1.png")
    _expect_waiting(page, 2)
    assert queue.saved(0)[0]["xmin"] == 15


def test_two_reviewers_get_different_images(queue, open_page) -> None:
    first = open_page(queue.person)
    queue.open(first)
    second = open_page(queue.member("igor"))
    second.goto(f"/p/{queue.slug}/review/")
    expect(second.get_by_role("heading", name="Nothing to review")).to_be_visible()
    first.goto("/")
    second.get_by_role("button", name="Check again").click()
    _expect_image(second, "part-0.png")


def test_a_decision_that_somebody_else_made_is_told_and_not_repeated(queue, open_page) -> None:
    page = open_page(queue.person, allowed=[r"\(Conflict\)"])
    queue.open(page)
    answer = queue.server.api(queue.member("igor")).post(
        f"/api/images/{queue.images[0]}/decision/", json={"decision": "reject", "version": 0}
    )
    assert answer.status_code == 200
    page.keyboard.press("a")
    expect(page.locator("[data-notes]")).to_contain_text("does not wait for a decision any more")
    _expect_image(page, "part-1.png")
    assert queue.saved(0) == []


def test_an_inspector_is_told_that_reviewing_takes_a_reviewer(queue, open_page) -> None:
    page = open_page(queue.member("mona", role="inspector"), allowed=[r"\(Forbidden\)"])
    page.goto(f"/p/{queue.slug}/review/")
    expect(page.locator("main")).to_contain_text("This takes the role reviewer")


def test_an_empty_queue_says_what_to_do_next(blemish_server, open_page) -> None:
    slug = new_slug()
    blemish_server.python(f"from tests.factories import *\nmake_project({slug!r})")
    page = open_page(blemish_server.person(f"anna-{slug}", project=slug))
    page.goto(f"/p/{slug}/review/")
    expect(page.get_by_role("heading", name="Nothing to review")).to_be_visible()
