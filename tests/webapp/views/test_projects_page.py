"""The list of projects, and making one."""

import pytest
from django.urls import reverse

from annotations.models import ImageState, Project, Role
from tests.factories import make_image, make_member, make_project, make_review_item, make_round, make_user
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db


def test_an_empty_list_says_how_to_begin(client):
    client.force_login(make_user())
    assert "No project yet" in text_of(client.get("/"))


def test_only_projects_of_ones_own_are_listed(client):
    mine, other = make_project("Mine", slug="mine"), make_project("Other", slug="other")
    sign_in(client, mine)
    text = text_of(client.get("/"))
    assert mine.name in text
    assert other.name not in text


def test_the_counts_of_each_project_are_its_own(client):
    first, second = make_project(), make_project()
    person = sign_in(client, first)
    make_member(second, user=person)
    make_image(first, state=ImageState.LABELED)
    make_image(first)
    make_review_item(make_image(second))
    make_round(second, state="running")
    text = text_of(client.get("/"))
    assert "1 of 2 images labeled" in text
    assert "0 of 1 image labeled" in text
    assert "1 to review" in text
    assert "Round 1 running" in text


def test_many_projects_take_as_many_queries_as_one(client, django_assert_num_queries):
    person = make_user()
    client.force_login(person)
    for _ in range(5):
        make_image(make_project_of(person))
    # session, user, projects, images, reviews, rounds
    with django_assert_num_queries(6):
        client.get("/")


def make_project_of(person) -> Project:
    project = make_project()
    make_member(project, user=person)
    return project


def test_who_makes_a_project_is_its_engineer(client):
    person = make_user()
    client.force_login(person)
    answer = client.post("/", {"name": "Line 4, café", "description": ""})
    project = Project.objects.get()
    assert answer.url == reverse("overview", args=[project.slug])
    assert project.slug == "line-4-cafe"
    assert project.role_of(person) == Role.ENGINEER


def test_a_project_without_a_name_is_refused_at_its_field(client):
    client.force_login(make_user())
    answer = client.post("/", {"name": " "})
    assert answer.status_code == 422
    assert "Write a name" in text_of(answer)
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not Project.objects.exists()


def test_two_projects_of_one_name_get_two_addresses(client):
    client.force_login(make_user())
    client.post("/", {"name": "Line 4"})
    client.post("/", {"name": "Line 4"})
    assert sorted(Project.objects.values_list("slug", flat=True)) == ["line-4", "line-4-2"]
