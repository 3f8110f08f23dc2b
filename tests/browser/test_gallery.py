"""The gallery in a real Chromium: selecting, changing, deleting and taking it back, keys, archives."""

import io
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from tests.browser.projects import LabelProject
from tests.factories import png
from tests.support.browsers import PHONE


@pytest.fixture
def project(blemish_server) -> LabelProject:
    """Give a project of six unlabeled images, part-0.png to part-5.png."""
    return LabelProject(blemish_server, images=6)


def _names(page: Page):
    return page.locator(".image-card .name")


def _selected(page: Page):
    return page.locator("[data-selected]")


def _open(page: Page, project: LabelProject, query: str = "") -> None:
    page.goto(f"/p/{project.slug}/images/{query}")
    expect(page.locator(".image-card .card-link[tabindex='0']")).to_have_count(1)


def test_selected_images_are_deleted_and_the_deletion_is_undone(project, open_page) -> None:
    page = open_page(project.person)
    _open(page, project)
    page.get_by_role("checkbox", name="Select part-5.png").click()
    page.get_by_role("checkbox", name="Select part-3.png").click(modifiers=["Shift"])
    expect(_selected(page)).to_have_text("3 images selected")
    page.get_by_role("button", name="Delete").click()
    expect(_names(page)).to_have_text(["part-2.png", "part-1.png", "part-0.png"])
    expect(page.locator(".notice")).to_contain_text("3 images deleted. They can be restored for 24 hours.")
    expect(page.locator("#results [role=status]")).to_have_text("3 images")
    page.get_by_role("button", name="Undo").click()
    expect(_names(page)).to_have_count(6)
    expect(page.locator(".notice")).to_contain_text("3 images restored.")


def test_deleted_images_are_restored_from_their_own_view(project, open_page) -> None:
    page = open_page(project.person)
    body = {"ids": project.images[:2], "action": "delete"}
    assert project.api.post(f"/api/projects/{project.slug}/images/bulk/", json=body).status_code == 200
    _open(page, project)
    page.get_by_role("link", name="Deleted (2)").click()
    expect(_names(page)).to_have_text(["part-1.png", "part-0.png"])
    page.get_by_role("checkbox", name="Select part-0.png").click()
    page.get_by_role("button", name="Restore").click()
    expect(_names(page)).to_have_text(["part-1.png"])
    page.get_by_role("link", name="Back to the images").click()
    expect(_names(page)).to_have_count(5)


def test_all_that_match_get_a_lot_in_one_go(project, open_page) -> None:
    page = open_page(project.person)
    _open(page, project, "?q=part")
    page.get_by_role("checkbox", name="Select part-0.png").click()
    page.get_by_role("button", name="Select all 6 that match").click()
    page.get_by_role("checkbox", name="Select part-1.png").click()
    expect(_selected(page)).to_have_text("5 images selected")
    page.get_by_role("button", name="Lot, line, part …").click()
    page.get_by_label("New lot").fill("coil-9")
    page.get_by_role("button", name="Write").click()
    expect(page.locator(".notice")).to_contain_text("5 images changed.")
    expect(page.locator(".image-card", has_text="coil-9")).to_have_count(5)
    left = page.locator(".image-card", has_text="part-1.png")
    expect(left).not_to_contain_text("coil-9")


def test_an_image_that_somebody_works_on_is_named_and_stays(project, open_page) -> None:
    max_ = project.member("max")
    held = project.images[0]
    assert project.server.api(max_).put(f"/api/images/{held}/lease/").status_code == 200
    page = open_page(project.person)
    _open(page, project)
    card = page.locator(".image-card", has_text="part-0.png")
    expect(card.locator(".who")).to_have_text(re.compile(max_.username))
    card.get_by_role("checkbox").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".notice")).to_contain_text(f"part-0.png: {max_.username} works on it now")
    expect(_selected(page)).to_have_text("1 image selected")
    # When the person leaves, the card says so without a new load.
    project.end_leases()
    expect(card.locator(".who")).to_be_hidden(timeout=20_000)


def test_keys_move_select_and_open(project, open_page) -> None:
    page = open_page(project.person)
    _open(page, project)
    page.locator(".image-card .card-link").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowRight")
    expect(_selected(page)).to_have_text("2 images selected")
    expect(page.get_by_role("checkbox", name="Select part-4.png")).to_be_checked()
    page.keyboard.press("Control+a")
    expect(_selected(page)).to_have_text("6 images selected")
    page.keyboard.press("Escape")
    expect(page.locator("#selection")).to_be_hidden()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/label/{project.images[-1]}/"))


def test_statistics_tell_of_the_selection(project, open_page) -> None:
    project.server.python(
        "from tests.factories import *\nfrom annotations.models import Image\n"
        f"image = Image.objects.get(pk={project.images[0]})\n"
        "make_box(image, 'pits'), make_box(image, 'scratches')"
    )
    page = open_page(project.person)
    _open(page, project)
    page.get_by_role("button", name="Statistics").first.click()
    drawer = page.locator("#statistics")
    expect(drawer).to_contain_text("6 images, 5 of them without a box, 2 boxes.")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_thousands_of_cards_keep_the_page_small(blemish_server, open_page) -> None:
    project = LabelProject(blemish_server, images=1)
    blemish_server.python(
        "from annotations.models import Image\n"
        f"one = Image.objects.get(pk={project.images[0]})\n"
        "def copy(n):\n"
        "    values = {f.attname: getattr(one, f.attname) for f in Image._meta.concrete_fields}\n"
        "    return Image(**{**values, 'id': None, 'name': f'copy-{n}.png', 'sha256': f'{n:064}'})\n"
        "result = len(Image.objects.bulk_create(copy(n) for n in range(599)))"
    )
    page = open_page(project.person)
    _open(page, project)
    expect(page.locator("#results [role=status]")).to_have_text("600 images")
    last = page.locator(".image-card", has_text="part-0.png")
    for _ in range(60):
        # Not by the wheel: its events arrive late on a busy machine, after the way back to the top.
        page.evaluate("new Promise((drawn) => { scrollBy(0, 3000); requestAnimationFrame(drawn); })")
        if last.count():
            break
    expect(last).to_have_attribute("aria-posinset", "600", timeout=20_000)
    assert page.locator(".image-card").count() < 200
    page.keyboard.press("Home")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".image-card[aria-posinset='1']")).to_be_visible()


def _archive(*members: tuple[str, bytes]) -> dict:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return {"name": "lot.zip", "mimeType": "application/zip", "buffer": buffer.getvalue()}


def test_an_archive_is_unpacked_and_what_was_refused_is_listed(blemish_server, open_page) -> None:
    project = LabelProject(blemish_server, images=0)
    page = open_page(project.person, size=PHONE)
    page.goto(f"/p/{project.slug}/images/")
    members = [(f"{n}.png", png()) for n in range(3)] + [("../up.png", png()), ("notes.txt", b"no image")]
    page.set_input_files("[data-input=files]", [_archive(*members)])
    batch = page.locator(".batch")
    expect(batch).to_contain_text("lot.zip: done, 3 images added, 2 not taken.", timeout=60_000)
    expect(batch).to_contain_text("lot.zip, ../up.png: its path leads outside the archive")
    expect(_names(page)).to_have_count(3)
    with page.expect_download() as download:
        page.get_by_role("button", name="List as CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("file,why\n")
    assert "lot.zip/notes.txt," in text


def test_an_upload_is_paused_and_goes_on_without_doubles(blemish_server, open_page) -> None:
    project = LabelProject(blemish_server, images=0)
    page = open_page(project.person, allowed=["ERR_", "400"])
    page.goto(f"/p/{project.slug}/images/")
    files = [{"name": f"{n}.png", "mimeType": "image/png", "buffer": png()} for n in range(30)]
    cut = []

    def cut_the_first(route) -> None:
        if cut or route.request.method != "POST":
            route.continue_()
            return
        cut.append(True)
        # The server takes the files, but its answer is lost.
        route.fetch()
        route.abort()

    page.route("**/api/projects/*/images/", cut_the_first)
    page.set_input_files("[data-input=files]", files)
    batch = page.locator(".batch")
    expect(batch).to_contain_text("10 images added, 20 there before.", timeout=60_000)
    expect(page.locator("#results [role=status]")).to_have_text("30 images")
