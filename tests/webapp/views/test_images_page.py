"""The gallery: filters, pages, what a card shows."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from annotations.listing import keyset_pagination
from annotations.models import ImageState, Lease, Origin, Role, Split, ViewState
from annotations.severity import severity_cache
from tests.factories import make_box, make_image, make_project, make_revision, make_type, make_user
from tests.webapp.views.pages import sign_in, text_of

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def project(client):
    project = make_project()
    sign_in(client, project)
    return project


def names(client, project, **query) -> list[str]:
    body = client.get(reverse("images", args=[project.slug]), query).content.decode()
    return re.findall(r'class="cut name">([^<]+)<', body)


def test_an_empty_project_says_how_to_upload(client, project):
    text = text_of(client.get(reverse("images", args=[project.slug])))
    assert "No images yet" in text
    assert "Drop images or whole folders" in text


def test_filters_that_match_nothing_offer_to_clear_them(client, project):
    make_image(project)
    text = text_of(client.get(reverse("images", args=[project.slug]), {"state": "labeled"}))
    assert "No image passes these filters" in text
    assert "Clear all filters" in text


def test_newest_images_come_first_unless_asked(client, project):
    for name in ("b.png", "c.png", "a.png"):
        make_image(project, name)
    assert names(client, project) == ["a.png", "c.png", "b.png"]
    assert names(client, project, sort="old") == ["b.png", "c.png", "a.png"]
    assert names(client, project, sort="name") == ["a.png", "b.png", "c.png"]


def test_each_filter_keeps_its_images(client, project):
    stains = make_type(project, "stains")
    one = make_image(project, "one.png", split=Split.TEST, lot="L-1", line="A")
    make_box(one, stains, origin=Origin.MODEL)
    eva = make_user("eva")
    two = make_image(project, "two.png", part="housing", state=ImageState.IN_REVIEW, labeled_by=eva)
    make_box(two, "pits")
    make_image(project, "three.png")
    assert names(client, project, split="test") == ["one.png"]
    assert names(client, project, state="in_review") == ["two.png"]
    assert names(client, project, defect_type="pits") == ["two.png"]
    assert names(client, project, lot="L-1") == ["one.png"]
    assert names(client, project, line="A") == ["one.png"]
    assert names(client, project, no_lot="true") == ["three.png", "two.png"]
    assert names(client, project, q="HOUS") == ["two.png"]
    assert names(client, project, by="model") == ["one.png"]
    assert names(client, project, settled="true") == ["one.png"]
    assert names(client, project, part="housing") == ["two.png"]
    assert names(client, project, labeler="eva") == ["two.png"]


def test_what_is_asked_of_boxes_holds_for_one_box(client, project):
    graded = make_type(project, "dents", grades=4)
    image = make_image(project, "both.png")
    make_box(image, graded, grade=1)
    make_box(image, graded, grade=4)
    other = make_image(project, "pits.png")
    make_box(other, "pits")
    assert names(client, project, defect_type="dents", grade="4") == ["both.png"]
    assert names(client, project, defect_type="pits", grade="4") == []
    assert names(client, project, severity_from="0.2", severity_below="0.3") == ["both.png"]
    assert names(client, project, severity_from="0.9", severity_below="1.0") == ["both.png"]
    assert names(client, project, severity_from="0.5", severity_below="0.6") == []


def test_a_day_of_the_dashboard_shows_what_was_labeled_then(client, project):
    make_image(project, "then.png", labeled_at=datetime(2026, 3, 4, 12, tzinfo=UTC))
    make_image(project, "now.png", labeled_at=timezone.now())
    assert names(client, project, labeled_on="2026-03-04") == ["then.png"]


def test_a_filter_that_cannot_be_read_is_named(client, project):
    make_image(project)
    text = text_of(client.get(reverse("images", args=[project.slug]), {"split": "elsewhere"}))
    assert "split: Select a valid choice" in text


def test_pages_follow_each_other_without_gap_or_double(client, project, monkeypatch):
    monkeypatch.setitem(keyset_pagination.page_of.__kwdefaults__, "size", 3)
    kind = make_type(project, "dents", grades=4)
    for index in range(11):
        # Equal values, and none at all: ties and gaps are where pages lose or double an image.
        labeled_at = datetime(2026, 3, 1 + index % 3, tzinfo=UTC) if index % 4 else None
        image = make_image(project, f"{index % 2}-{index:02}.png", labeled_at=labeled_at)
        for _ in range(index % 3):
            make_box(image, kind, grade=1 + index % 4)
    everything = set(project.images.values_list("name", flat=True))
    for sort in keyset_pagination.SORTS:
        seen, url = [], f"{reverse('images', args=[project.slug])}?sort={sort}"
        while url:
            body = client.get(url).content.decode()
            seen += re.findall(r'class="cut name">([^<]+)<', body)
            more = re.search(r'data-more href="([^"]*after=[^"]*)"', body)
            url = more and reverse("images", args=[project.slug]) + more[1].replace("&amp;", "&")
        assert len(seen) == 11, sort
        assert set(seen) == everything, sort


def test_each_order_puts_what_it_names_first(client, project):
    dents = make_type(project, "dents", grades=4)
    first = make_image(project, "b.png", labeled_at=datetime(2026, 3, 1, tzinfo=UTC))
    second = make_image(project, "c.png", labeled_at=datetime(2026, 3, 2, tzinfo=UTC))
    make_image(project, "a.png")
    make_box(first, dents, grade=4)
    make_box(second, dents, grade=1)
    make_box(second, dents, grade=2)
    assert names(client, project, sort="labeled") == ["c.png", "b.png", "a.png"]
    assert names(client, project, sort="severity") == ["b.png", "c.png", "a.png"]
    assert names(client, project, sort="boxes") == ["c.png", "b.png", "a.png"]


def test_a_changed_weight_changes_the_order_at_once(client, project):
    dents, pits = make_type(project, "dents", grades=2), make_type(project, "holes", grades=2)
    for name, kind in (("dent.png", dents), ("hole.png", pits)):
        make_revision(make_box(make_image(project, name), kind, grade=1).image)
    dents.grades.filter(level=1).update(weight=0.6)
    assert names(client, project, sort="severity") == ["dent.png", "hole.png"]
    dents.grades.filter(level=1).update(weight=0.1)
    assert names(client, project, sort="severity") == ["hole.png", "dent.png"]
    assert names(client, project, worst_from="0.4") == ["hole.png"]


def test_severities_that_wait_for_a_worker_are_computed_on_the_way(client, project, monkeypatch):
    monkeypatch.setattr(severity_cache.refresh, "__kwdefaults__", {"limit": 1})
    dents = make_type(project, "dents", grades=2)
    for grade in (1, 2):
        make_box(make_image(project, f"{grade}.png"), dents, grade=grade)
    assert names(client, project, sort="severity") == ["2.png", "1.png"]
    assert names(client, project, worst_from="0.9") == ["2.png"]
    assert names(client, project, severity_from="0.9") == ["2.png"]


def test_a_mark_that_cannot_be_read_starts_from_the_beginning(client, project):
    make_image(project, "a.png")
    for sort in keyset_pagination.SORTS:
        assert names(client, project, sort=sort, after="x~y") == ["a.png"]
        assert names(client, project, sort=sort, after="9" * 30) == ["a.png"]


def test_htmx_gets_the_list_alone_and_later_the_cards_alone(client, project):
    image = make_image(project)
    make_image(project)
    page = reverse("images", args=[project.slug])
    body = client.get(page, headers=HTMX).content.decode()
    assert "2 images" in text_of(client.get(page, headers=HTMX))
    assert "<html" not in body
    after = client.get(page, {"after": image.pk, "sort": "old"}, headers=HTMX)
    assert "images" not in text_of(after)
    assert "image-card" in after.content.decode()


def test_a_card_shows_state_boxes_and_leads_to_the_label_page(client, project):
    image = make_image(project, ready=True)
    make_box(image)
    body = client.get(reverse("images", args=[project.slug])).content.decode()
    assert reverse("label-image", args=[project.slug, image.pk]) in body
    assert '<rect x="10.0" y="10.0" width="20.0" height="20.0"' in body
    assert "1 box<" in body


def test_deleted_images_and_those_of_other_projects_are_not_shown(client, project):
    make_image(project, "gone.png", deleted_at=timezone.now())
    make_image(make_project(), "foreign.png")
    assert names(client, project) == []


def test_names_are_shown_as_they_are_and_never_as_html(client, project):
    make_image(project, "<b>ü&.png")
    body = client.get(reverse("images", args=[project.slug])).content.decode()
    assert "&lt;b&gt;ü&amp;.png" in body


def test_a_full_portion_takes_a_constant_number_of_queries(client, project, django_assert_num_queries):
    for _ in range(30):
        make_box(make_image(project, ready=True))
    # session, user, project, role, images, boxes, colors, types and grades of the weights, deleted, role,
    # reviews, types and their grades, lots, lines, people
    with django_assert_num_queries(17):
        client.get(reverse("images", args=[project.slug]))


def test_the_page_learns_which_pictures_are_drawn_by_now(client, project):
    ready = make_image(project, ready=True)
    waiting = make_image(project)
    failed = make_image(project, view_state=ViewState.FAILED, view_error="the disk is full")
    foreign = make_image(make_project(), ready=True)
    ids = ",".join(str(image.pk) for image in (ready, waiting, failed, foreign)) + ",x,"
    answer = client.get(reverse("images-live", args=[project.slug]), {"ids": ids}).json()["drawn"]
    assert set(answer) == {str(ready.pk), str(failed.pk)}
    assert client.get(answer[str(ready.pk)]["url"]).status_code == 200
    assert answer[str(failed.pk)] == {"error": "the disk is full"}


def test_more_images_than_are_worth_counting_are_said_to_be_more(client, project, monkeypatch):
    monkeypatch.setattr(keyset_pagination, "COUNTED", 2)
    for _ in range(3):
        make_image(project)
    assert "more than 2 images" in text_of(client.get(reverse("images-count", args=[project.slug])))
    assert text_of(client.get(reverse("images-count", args=[project.slug]), {"q": "nothing"})) == "0 images"


def test_more_images_than_a_page_holds_are_counted_in_a_second_request(client, project, monkeypatch):
    monkeypatch.setitem(keyset_pagination.page_of.__kwdefaults__, "size", 1)
    make_image(project), make_image(project)
    body = client.get(reverse("images", args=[project.slug]), {"q": "image"}).content.decode()
    assert f'hx-get="{reverse("images-count", args=[project.slug])}?q=image"' in body


def test_a_card_shows_who_works_there_while_the_lease_lasts(client, project):
    held, ended = make_image(project, "held.png"), make_image(project, "ended.png")
    max_, now = make_user("max"), timezone.now()
    Lease.objects.create(image=held, user=max_, expires_at=now + timedelta(minutes=1))
    Lease.objects.create(image=ended, user=make_user(), expires_at=now - timedelta(seconds=1))
    assert "max works here now" in text_of(client.get(reverse("images", args=[project.slug])))
    answer = client.get(reverse("images-live", args=[project.slug])).json()
    assert answer["working"] == {str(held.pk): "max"}
    assert names(client, project, working="anybody") == ["held.png"]
    assert names(client, project, working="max") == ["held.png"]
    assert names(client, project, working="nobody") == []


def test_cards_are_given_again_as_they_are_now(client, project):
    image, gone = make_image(project, "a.png"), make_image(project, deleted_at=timezone.now())
    foreign = make_image(make_project())
    make_box(image)
    ids = f"{image.pk},{gone.pk},{foreign.pk},x"
    answer = client.get(reverse("images-cards", args=[project.slug]), {"ids": ids})
    assert re.findall(r'data-id="(\d+)"', answer.content.decode()) == [str(image.pk)]
    assert "1 box" in text_of(answer)


def test_deleted_images_are_a_view_of_their_own_for_a_day(client, project):
    now = timezone.now()
    make_image(project, "here.png")
    deleted = make_image(project, "gone.png", ready=True, deleted_at=now - timedelta(hours=5, minutes=1))
    make_image(project, "over.png", deleted_at=now - timedelta(hours=25))
    assert "Deleted (1)" in text_of(client.get(reverse("images", args=[project.slug])))
    page = client.get(reverse("images", args=[project.slug]), {"deleted": "true"})
    assert names(client, project, deleted="true") == ["gone.png"]
    assert "18 h left" in text_of(page)
    assert client.get(f"/api/images/{deleted.pk}/thumbnail/").status_code == 200
    assert client.get(f"/api/images/{deleted.pk}/boxes/").status_code == 404


def test_an_empty_deleted_view_says_what_it_is_for(client, project):
    text = text_of(client.get(reverse("images", args=[project.slug]), {"deleted": "true"}))
    assert "Nothing was deleted in the last day" in text


def test_only_an_engineer_sees_the_verbs_of_an_engineer(client, project):
    make_image(project)
    body = client.get(reverse("images", args=[project.slug])).content.decode()
    assert 'data-verb="review"' in body
    assert 'data-verb="delete"' not in body
    sign_in(client, project, Role.ENGINEER)
    assert 'data-verb="delete"' in client.get(reverse("images", args=[project.slug])).content.decode()
