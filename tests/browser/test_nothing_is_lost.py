"""Work on the label page survives other people, a lost network, an ended session and a killed tab."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Route, expect

from tests.browser.canvas import Canvas, corners, expect_saved, open_image
from tests.browser.projects import LabelProject
from tests.factories import wire_box
from tests.support.browsers import sign_in
from tests.support.waiting import wait_until

REFUSED = r"Failed to load resource.*\((Unauthorized|Forbidden|Precondition Failed|Locked)\)"
OFFLINE = r"ERR_INTERNET_DISCONNECTED|ERR_FAILED"
OFFLINE_WORD = "Offline, kept on this computer"
# How many pieces of unsaved work this browser keeps.
KEPT = """() => new Promise((resolve, reject) => {
  const opened = indexedDB.open("blemish", 1);
  opened.onerror = () => reject(opened.error);
  opened.onsuccess = () => {
    const counted = opened.result.transaction("work").objectStore("work").count();
    counted.onsuccess = () => { opened.result.close(); resolve(counted.result); };
  };
})"""
NO_STORAGE = """
for (const name of ["indexedDB", "localStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}
"""


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


@pytest.mark.parametrize(("choice", "left"), [("All mine", 15), ("All theirs", 12)])
def test_one_box_moved_by_two_people_waits_for_a_choice(bench, open_page, choice, left) -> None:
    box = wire_box("scratches", xmin=10, ymin=10, xmax=30, ymax=30)
    bench.save(bench.person, [box])
    page = open_page(bench.person, allowed=[REFUSED])
    canvas = _open(bench, page)
    bench.save(bench.member("igor"), [box | {"xmin": 12, "xmax": 32}])
    canvas.drag((20, 20), (25, 20))
    expect(_save_word(page)).to_have_text("Conflict", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text(
        f"One box was changed here and by igor-{bench.slug}."
    )
    assert bench.saved()[0]["xmin"] == 12
    page.locator("[data-notes]").get_by_role("button", name=choice).click()
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
    expect(_save_word(page)).to_have_text(OFFLINE_WORD, timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("kept on this computer")
    page.context.set_offline(False)
    expect_saved(page)
    assert len(bench.saved()) == 1


def test_an_ended_session_is_taken_up_again_in_a_dialog_on_the_page(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[REFUSED, r"\(Bad Request\)"])
    canvas = _open(bench, page)
    page.context.clear_cookies()
    canvas.drag((10, 10), (30, 30))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Sign in again", timeout=8_000)
    expect(_save_word(page)).to_have_text("Not saved")
    expect(dialog.get_by_label("Name")).to_have_value(bench.person.username)
    dialog.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("do not belong together")
    dialog.get_by_label("Password").fill(bench.person.password)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect_saved(page)
    assert len(bench.saved()) == 1


def test_another_person_who_signs_in_writes_nothing_of_the_first_ones_work(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[REFUSED])
    canvas = _open(bench, page)
    sign_in(page, bench.member("igor"), bench.server)
    canvas.drag((10, 10), (30, 30))
    expect(page.get_by_role("dialog")).to_contain_text(f"igor-{bench.slug} has signed in", timeout=8_000)
    assert bench.saved() == []
    theirs = page.context.new_page()
    _open(bench, theirs)
    expect(theirs.locator("[role=option]")).to_have_count(0)
    theirs.close()
    sign_in(page, bench.person, bench.server)
    page.get_by_role("dialog").get_by_role("button", name="Later").click()
    page.get_by_role("button", name="Save now").click()
    expect_saved(page)
    assert [row["author"] for row in bench.revisions()] == [bench.person.username]


def test_work_of_a_killed_tab_is_there_when_the_page_opens_again(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[OFFLINE])
    canvas = _open(bench, page)
    page.route(re.compile(r"/api/images/\d+/boxes/"), lambda route: route.abort())
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text(OFFLINE_WORD, timeout=8_000)
    again = page.context.new_page()
    page.close()
    _open(bench, again)
    expect_saved(again)
    assert [corners(box) for box in bench.saved()] == [(10, 10, 30, 30)]


def test_a_page_that_crashes_before_it_could_send_loses_nothing(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[OFFLINE])
    canvas = _open(bench, page)
    page.route(re.compile(r"/api/images/\d+/boxes/"), lambda route: route.abort())
    canvas.drag((10, 10), (30, 30))
    wait_until(lambda: page.evaluate(KEPT) == 1, what="the work to be written")
    again = page.context.new_page()
    again.goto("/")
    with pytest.raises(Error):
        page.goto("chrome://crash", timeout=3_000)
    _open(bench, again)
    expect_saved(again)
    assert [corners(box) for box in bench.saved()] == [(10, 10, 30, 30)]
    wait_until(lambda: again.evaluate(KEPT) == 0, what="the sent work to be forgotten")


def test_kept_work_of_other_images_is_found_and_sent(blemish_server, open_page) -> None:
    bench = LabelProject(blemish_server, images=2)
    page = open_page(bench.person, allowed=[OFFLINE])
    canvas = _open(bench, page)
    page.route(re.compile(r"/api/images/\d+/boxes/"), lambda route: route.abort())
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text(OFFLINE_WORD, timeout=8_000)
    again = page.context.new_page()
    page.close()
    again.goto(f"/p/{bench.slug}/")
    note = again.get_by_role("status").filter(has_text="1 image has work kept on this computer")
    note.get_by_role("button", name="Send it").click()
    expect(again.locator(".note", has_text="1 image is saved.")).to_be_visible()
    assert [corners(box) for box in bench.saved(0)] == [(10, 10, 30, 30)]


def test_without_a_place_for_copies_the_page_says_so_and_still_saves(bench, open_page) -> None:
    page = open_page(bench.person, allowed=[OFFLINE])
    page.add_init_script(NO_STORAGE)
    canvas = _open(bench, page)
    page.context.set_offline(True)
    canvas.drag((10, 10), (30, 30))
    expect(_save_word(page)).to_have_text("Offline", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("This browser keeps no copy of unsaved work")
    page.context.set_offline(False)
    expect_saved(page)
    expect(page.locator("[data-notes]")).not_to_contain_text("keeps no copy")
    assert len(bench.saved()) == 1


def test_an_image_that_was_deleted_while_it_was_open_is_told_and_its_boxes_can_be_had(
    bench, open_page
) -> None:
    page = open_page(bench.person, allowed=[r"\(Not Found\)"])
    canvas = _open(bench, page)
    bench.server.python(
        "from annotations.models import Image\nfrom django.utils import timezone\n"
        f"Image.objects.filter(pk={bench.images[0]}).update(deleted_at=timezone.now())"
    )
    canvas.drag((10, 10), (30, 30))
    expect(page.locator("[data-notes]")).to_contain_text("it may have been deleted", timeout=8_000)
    expect(page.locator("[data-notes]")).to_contain_text("kept on this computer")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my boxes").click()
    taken = json.loads(Path(download.value.path()).read_text())
    assert [corners(box) for box in taken["boxes"]] == [(10, 10, 30, 30)]


def test_each_box_of_a_conflict_is_chosen_by_itself_with_keys(bench, open_page) -> None:
    boxes = [wire_box("scratches", xmin=x, ymin=10, xmax=x + 10, ymax=30) for x in (5, 25, 45)]
    bench.save(bench.person, boxes)
    page = open_page(bench.person, allowed=[REFUSED, OFFLINE])
    canvas = _open(bench, page)
    bench.save(bench.member("igor"), [box | {"ymax": 40} for box in boxes])
    page.context.set_offline(True)
    for x in (10, 30, 50):
        canvas.drag((x, 20), (x, 25))
    expect(_save_word(page)).to_have_text(OFFLINE_WORD, timeout=8_000)
    page.context.set_offline(False)
    conflict = page.get_by_role("region", name="Conflict")
    expect(conflict.get_by_role("listitem")).to_have_count(3, timeout=8_000)
    for key in ("m", "t", "2"):
        page.keyboard.press(f"Alt+{key}")
    page.keyboard.press("Alt+Enter")
    expect_saved(page)
    expect(conflict).to_have_count(0)
    assert sorted(corners(box) for box in bench.saved()) == [
        (5, 15, 15, 35),
        (25, 10, 35, 40),
        (45, 10, 55, 40),
        (45, 15, 55, 35),
    ]


def test_changed_defect_types_are_told(bench, open_page) -> None:
    page = open_page(bench.person)
    page.clock.install()
    _open(bench, page)
    bench.server.python(
        "from annotations.models import DefectType\n"
        f"DefectType.objects.filter(project__slug={bench.slug!r}, name='pits').update(archived=True)"
    )
    page.clock.fast_forward(21_000)
    expect(page.locator("[data-notes]")).to_contain_text("The defect types of this project were changed")
    page.get_by_role("button", name="Load them").click()
    expect(page.locator("[data-types]")).not_to_contain_text("pits")


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
