"""Work on the label page survives other people, a lost network, an ended session and a killed tab."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.canvas import Canvas, corners, expect_saved, open_image
from tests.browser.projects import LabelProject
from tests.factories import wire_box

REFUSED = r"Failed to load resource.*\((Unauthorized|Forbidden|Precondition Failed|Locked)\)"
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"


@pytest.fixture
def bench(blemish_server) -> LabelProject:
    """Give a project with one image."""
    return LabelProject(blemish_server)


def _open(bench: LabelProject, page: Page) -> Canvas:
    return open_image(page, bench.slug, bench.images[0])


def _save_word(page: Page):
    return page.locator("[data-save]")


def test_two_browsers_on_one_image_lose_nobodys_boxes(bench, open_page) -> None:
    first = open_page(bench.person, allowed=[REFUSED, OFFLINE])
    # The first one's lease is taken, never renewed, and ends unnoticed, as in a sleep of the computer.
    asked: list[Route] = []

    def take_once(route: Route) -> None:
        asked.append(route)
        route.continue_() if len(asked) == 1 else route.abort()

    first.route(re.compile("/lease/"), take_once)
    with first.expect_response(re.compile("/lease/")):
        first_canvas = _open(bench, first)
    bench.end_leases()
    second = open_page(bench.member("igor"), allowed=[REFUSED])
    second_canvas = _open(bench, second)
    first_canvas.drag((2, 2), (12, 12))
    expect_saved(first)
    second_canvas.drag((40, 30), (50, 40))
    expect_saved(second)
    expect(second.locator("[role=option]")).to_have_count(2)
    first_canvas.drag((20, 2), (30, 12))
    expect_saved(first)
    expected = [(2, 2, 12, 12), (20, 2, 30, 12), (40, 30, 50, 40)]
    assert sorted(corners(box) for box in bench.saved()) == expected
    expect(first.locator("[role=option]")).to_have_count(3)


def test_a_stale_save_is_answered_with_412_and_merged(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[REFUSED])
    canvas = _open(bench, page)
    bench.save(bench.member("igor"), [wire_box("pits", xmin=40, xmax=50)])
    with page.expect_response(lambda answer: answer.request.method == "PUT" and answer.status == 412):
        canvas.drag((2, 2), (12, 12))
    expect_saved(page)
    assert sorted(box["defect_type"] for box in bench.saved()) == ["pits", "scratches"]
    expect(page.locator("[data-passing]")).to_contain_text("somebody else saved meanwhile")


@pytest.mark.parametrize(("choice", "left"), [("Keep mine on top", 15), ("Take theirs", 12)])
def test_one_box_moved_by_two_people_waits_for_a_choice(bench, open_page, choice, left) -> None:
    box = wire_box("scratches", xmin=10, ymin=10, xmax=30, ymax=30)
    bench.save(bench.person, [box])
    page = open_page(bench.person, allowed=[REFUSED])
    canvas = _open(bench, page)
    bench.save(bench.member("igor"), [box | {"xmin": 12, "xmax": 32}])
    canvas.drag((20, 20), (25, 20))
    expect(_save_word(page)).to_have_text("Conflict", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("One box was changed here and by somebody else.")
    assert bench.saved()[0]["xmin"] == 12
    page.get_by_role("button", name=choice).click()
    expect_saved(page)
    assert bench.saved()[0]["xmin"] == left


def test_an_image_of_somebody_else_opens_read_only_with_their_name(bench, open_page) -> None:
    first = open_page(bench.person)
    _open(bench, first)
    second = open_page(bench.member("igor"), allowed=[REFUSED])
    second.clock.install()
    canvas = _open(bench, second)
    expect(second.locator("[data-notes]")).to_contain_text(f"{bench.person.username} works on this image")
    expect(_save_word(second)).to_have_text("Read only")
    canvas.drag((10, 10), (30, 30))
    expect(second.locator("[data-count]")).to_have_text("0 boxes")
    first.goto("/")
    second.clock.fast_forward(11_000)
    second.get_by_role("button", name="Work on it").click()
    expect(_save_word(second)).to_have_text("Saved")
    canvas.drag((10, 10), (30, 30))
    expect(second.locator("[data-count]")).to_contain_text("1 box")


def test_without_a_network_the_work_is_kept_and_sent_later(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[OFFLINE])
    canvas = _open(bench, page)
    page.context.set_offline(True)
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text("Offline", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("kept on this computer")
    page.context.set_offline(False)
    expect_saved(page)
    assert len(bench.saved()) == 1


def test_an_ended_session_keeps_the_work_and_goes_on_after_signing_in(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[REFUSED])
    canvas = _open(bench, page)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text("Not saved", timeout=8_000)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.context.add_cookies(cookies)
    page.get_by_role("button", name="Save now").click()
    expect_saved(page)
    assert len(bench.saved()) == 1


def test_work_of_a_killed_tab_is_there_when_the_page_opens_again(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[OFFLINE])
    canvas = _open(bench, page)
    page.route(re.compile(r"/api/images/\d+/boxes/"), lambda route: route.abort())
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text("Offline", timeout=8_000)
    again = page.context.new_page()
    page.close()
    _open(bench, again)
    expect_saved(again)
    assert [corners(box) for box in bench.saved()] == [(10, 10, 30, 30)]


def test_a_change_made_a_moment_before_leaving_is_saved(bench, open_page) -> None:
    page = open_page(bench.person)
    canvas = _open(bench, page)
    canvas.drag((10, 10), (30, 30))
    page.goto("/")
    again = open_page(bench.person)
    _open(bench, again)
    expect_saved(again)
    assert len(bench.saved()) == 1


def test_a_box_that_the_server_refuses_is_named_and_kept(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[r"\(Bad Request\)"])
    canvas = _open(bench, page)
    bench.server.python(
        "from annotations.models import DefectType\n"
        f"DefectType.objects.filter(project__slug={bench.slug!r}, name='scratches').update(name='scores')"
    )
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text("Not saved", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("this project has no type 'scratches'")
    page.keyboard.press("p")
    expect_saved(page)
    assert [box["defect_type"] for box in bench.saved()] == ["pits"]
