"""Who may call what: every address of the API, for nobody, a stranger and each role."""

import re

import pytest
from rest_framework.test import APIClient

from annotations.imaging import pyramids
from annotations.models import Role
from tests.api import member_client, signed_in
from tests.factories import (
    make_archive,
    make_comment,
    make_evaluation,
    make_image,
    make_inspection,
    make_model,
    make_project,
    make_review_item,
    make_revision,
    make_round,
    make_user,
)
from webapp.api.urls import urlpatterns

pytestmark = pytest.mark.django_db

# What each call takes; a call that is missing here fails the last test.
NEEDS = {
    "GET projects/{slug}/": Role.INSPECTOR,
    "PATCH projects/{slug}/": Role.ENGINEER,
    "GET projects/{slug}/members/": Role.INSPECTOR,
    "PUT projects/{slug}/members/": Role.ENGINEER,
    "GET projects/{slug}/defect-types/": Role.INSPECTOR,
    "POST projects/{slug}/defect-types/": Role.ENGINEER,
    "GET defect-types/{type}/": Role.INSPECTOR,
    "PATCH defect-types/{type}/": Role.ENGINEER,
    "GET projects/{slug}/images/": Role.INSPECTOR,
    "POST projects/{slug}/images/": Role.INSPECTOR,
    "POST projects/{slug}/images/bulk/": Role.INSPECTOR,  # some of its actions take an engineer
    "POST projects/{slug}/images/summary/": Role.INSPECTOR,
    "GET projects/{slug}/archives/": Role.INSPECTOR,
    "GET archives/{archive}/": Role.INSPECTOR,
    "POST archives/{archive}/cancel/": Role.INSPECTOR,
    "GET images/{image}/": Role.INSPECTOR,
    "GET images/{image}/file/": Role.INSPECTOR,
    "GET images/{image}/view/": Role.INSPECTOR,
    "GET images/{image}/thumbnail/": Role.INSPECTOR,
    "GET images/{image}/pixels/": Role.INSPECTOR,
    "GET images/{large}/tiles/": Role.INSPECTOR,
    "GET images/{large}/tiles/{level}/0/0/": Role.INSPECTOR,
    "POST images/{image}/grades/": Role.INSPECTOR,
    "GET images/{image}/boxes/": Role.INSPECTOR,
    "PUT images/{image}/boxes/": Role.INSPECTOR,
    "GET images/{image}/revisions/": Role.INSPECTOR,
    "GET images/{image}/revisions/{version}/": Role.INSPECTOR,
    "POST images/{image}/restore/": Role.INSPECTOR,
    "GET images/{image}/comments/": Role.INSPECTOR,
    "POST images/{image}/comments/": Role.INSPECTOR,
    "PATCH comments/{comment}/": Role.INSPECTOR,
    "POST comments/{comment}/replies/": Role.INSPECTOR,
    "DELETE comments/{comment}/": Role.ENGINEER,  # or the comment's author
    "PUT images/{image}/lease/": Role.INSPECTOR,
    "DELETE images/{image}/lease/": Role.INSPECTOR,
    "POST images/{image}/decision/": Role.REVIEWER,
    "POST projects/{slug}/claim/": Role.INSPECTOR,
    "GET projects/{slug}/review/": Role.INSPECTOR,
    "GET projects/{slug}/preferences/": Role.INSPECTOR,
    "GET projects/{slug}/preferences/{name}/": Role.INSPECTOR,
    "PUT projects/{slug}/preferences/{name}/": Role.INSPECTOR,
    "GET projects/{slug}/rounds/": Role.INSPECTOR,
    "POST projects/{slug}/rounds/": Role.ENGINEER,
    "GET rounds/{round}/": Role.INSPECTOR,
    "POST rounds/{round}/cancel/": Role.ENGINEER,
    "GET evaluations/{evaluation}/": Role.INSPECTOR,
    "GET evaluations/{evaluation}/images/": Role.INSPECTOR,
    "GET projects/{slug}/models/": Role.INSPECTOR,
    "POST models/{model}/promote/": Role.ENGINEER,
    "GET projects/{slug}/stats/": Role.INSPECTOR,
    "GET projects/{slug}/export/voc.zip": Role.INSPECTOR,
    "GET projects/{slug}/export/coco.json": Role.INSPECTOR,
    "GET projects/{slug}/export/yolo.zip": Role.INSPECTOR,
    "GET projects/{slug}/export/boxes.csv": Role.INSPECTOR,
    "GET projects/{slug}/export/defects.csv": Role.INSPECTOR,
    "GET projects/{slug}/inspections/": Role.INSPECTOR,
    "POST projects/{slug}/inspections/": Role.INSPECTOR,
    "GET inspections/{inspection}/": Role.INSPECTOR,
    "POST inspections/{inspection}/cancel/": Role.INSPECTOR,
    "GET inspected-images/{inspected}/file/": Role.INSPECTOR,
    "GET inspected-images/{inspected}/drawn/": Role.INSPECTOR,
}
# Open to everybody, or to everybody who is signed in.
ELSEWHERE = {
    "session/",
    "token/",
    "schema/",
    "docs/",
    "projects/",
    "preferences/",
    "preferences/*/",
    "grade-requests/*/",  # one's own alone
    "^[\\s\\S]*/$",
}


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def addresses(project):
    image = make_image(project, ready=True)
    make_review_item(image)
    inspection = make_inspection(project)
    large = make_image(project, ready=True, width=pyramids.WHOLE_SIDE + 1, height=2)
    assert pyramids.cut(large.pk)
    known = {
        "slug": project.slug,
        "name": "view",
        "image": image.pk,
        "large": large.pk,
        "level": 0,
        "version": make_revision(image).version,
        "archive": make_archive(project).pk,
        "comment": make_comment(image).pk,
        "type": project.defect_types.first().pk,
        "round": make_round(project).pk,
        "evaluation": make_evaluation(make_round(project)).pk,
        "model": make_model(project).pk,
        "inspection": inspection.pk,
        "inspected": inspection.images.first().pk,
    }
    return {call: "/api/" + call.partition(" ")[2].format(**known) for call in NEEDS}


def statuses(client, addresses) -> dict[str, int]:
    return {
        call: client.generic(
            call.partition(" ")[0], address, "{}", content_type="application/json"
        ).status_code
        for call, address in addresses.items()
    }


def test_nobody_gets_401_everywhere(addresses):
    assert set(statuses(APIClient(), addresses).values()) == {401}


def test_a_stranger_gets_404_everywhere(addresses):
    make_project()
    assert set(statuses(member_client(make_project(), Role.ENGINEER), addresses).values()) == {404}


def test_a_stranger_cannot_tell_a_foreign_thing_from_none(addresses):
    stranger = signed_in(make_user())
    for call, address in addresses.items():
        absent = re.sub(r"/\d+/", "/987654/", address).replace("project-", "absent-")
        foreign, none = (stranger.generic(call.partition(" ")[0], path, "{}") for path in (address, absent))
        assert (foreign.status_code, foreign.content) == (none.status_code, none.content), call


@pytest.mark.parametrize("role", Role)
def test_a_member_gets_403_exactly_where_the_role_is_too_low(project, addresses, role):
    refused = {
        call for call, status in statuses(member_client(project, role), addresses).items() if status == 403
    }
    assert refused == {call for call, needed in NEEDS.items() if needed.rank > role.rank}


def test_no_member_gets_404_or_500_for_what_is_there(project, addresses):
    found = statuses(member_client(project, Role.ENGINEER), addresses)
    assert {call for call, status in found.items() if status == 404 or status >= 500} == set()


def test_a_superuser_is_no_stranger_anywhere(addresses):
    found = statuses(signed_in(make_user(is_superuser=True)), addresses)
    assert {call for call, status in found.items() if status in (401, 403, 404)} == set()


def test_a_member_who_was_removed_is_a_stranger(project, addresses):
    client = member_client(project, Role.ENGINEER)
    project.members.all().delete()
    assert set(statuses(client, addresses).values()) == {404}


def test_an_unknown_address_is_an_error_and_no_page():
    client = signed_in(make_user())
    for method in ("GET", "POST", "PATCH"):
        answer = client.generic(method, "/api/images/-1/boxes/")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert client.get("/api/projects")["Location"] == "/api/projects/"


def test_every_address_of_the_api_is_in_this_table():
    def walk(patterns, prefix=""):
        for pattern in patterns:
            address = prefix + str(pattern.pattern)
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, address)
            else:
                yield re.sub(r"<.*?>|{.*?}", "*", address)

    listed = {re.sub(r"{.*?}|(?<=/)0(?=/)", "*", call.partition(" ")[2]) for call in NEEDS}
    assert set(walk(urlpatterns)) == listed | ELSEWHERE
