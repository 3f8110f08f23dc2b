"""Every page of a project: who may open it, which tab it marks, and that the list of pages is whole."""

import re

import pytest
from django.urls import URLPattern, get_resolver, reverse

from annotations.models import Role
from tests.factories import make_image, make_project, make_review_item, make_user
from tests.webapp.views.pages import sign_in
from webapp.project_pages import PAGES

pytestmark = pytest.mark.django_db
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@pytest.fixture
def project():
    project = make_project("steel")
    make_review_item(make_image(project, ready=True))
    return project


def _tabs(response) -> list[tuple[str, bool]]:
    """Return the address of each tab of a page, and whether it is the current one."""
    nav = re.search(r'<nav class="tabs".*?</nav>', response.content.decode(), flags=re.DOTALL)
    links = re.findall(r"<a ([^>]*)>", nav[0])
    return [(re.search(r'href="([^"]*)"', link)[1], 'aria-current="page"' in link) for link in links]


@EVERY_PAGE
@pytest.mark.parametrize("role", Role)
def test_a_member_opens_a_page_exactly_with_its_role(client, project, page, role) -> None:
    sign_in(client, project, role)
    status = client.get(reverse(page.name, args=[project.slug])).status_code
    assert status == (200 if role.rank >= page.role.rank else 403)


@EVERY_PAGE
def test_a_page_is_not_there_for_a_stranger_and_asks_nobody_to_sign_in(client, project, page) -> None:
    address = reverse(page.name, args=[project.slug])
    assert client.get(address)["Location"] == f"{reverse('login')}?next={address}"
    client.force_login(make_user())
    assert client.get(address).status_code == 404


@EVERY_PAGE
def test_a_page_shows_all_tabs_and_marks_its_own(client, project, page) -> None:
    sign_in(client, project, Role.ENGINEER)
    addresses = {other.name: reverse(other.name, args=[project.slug]) for other in PAGES}
    shown = _tabs(client.get(addresses[page.name]))
    assert shown == [(address, name == page.name) for name, address in addresses.items()]


def test_a_tab_shows_its_number_while_there_is_one(client, project) -> None:
    sign_in(client, project)
    number = '<span class="count">1<span class="visually-hidden"> open</span></span>'
    assert number in client.get(reverse("overview", args=[project.slug])).content.decode()
    project.images.update(deleted_at="2026-01-01T00:00Z")
    assert 'class="count"' not in client.get(reverse("overview", args=[project.slug])).content.decode()


def test_every_page_one_level_below_a_project_is_in_the_list() -> None:
    patterns = [pattern for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern)]
    routes = {pattern.name: str(pattern.pattern) for pattern in patterns}
    pages = {name for name, route in routes.items() if re.fullmatch(r"p/<slug:slug>/([^/<]+/)?", route)}
    assert pages == {page.name for page in PAGES}
