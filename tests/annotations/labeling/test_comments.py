import uuid

import pytest
from django.db import IntegrityError, transaction

from annotations.models import Comment, Role
from tests.api import member_client
from tests.factories import make_box, make_comment, make_image, make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return make_image(make_project())


@pytest.fixture
def client(image):
    return member_client(image.project)


def post(client, image, text="Is this one defect or two?", **fields):
    data = {"uid": str(uuid.uuid4()), "text": text, **fields}
    return client.post(f"/api/images/{image.pk}/comments/", data, format="json")


def reply(client, thread, text="Two.", **fields):
    data = {"uid": str(uuid.uuid4()), "text": text, **fields}
    return client.post(f"/api/comments/{thread['id']}/replies/", data, format="json")


def change(client, comment, **fields):
    return client.patch(f"/api/comments/{comment['id']}/", fields, format="json")


def read(client, image):
    return client.get(f"/api/images/{image.pk}/comments/").json()


def test_a_thread_has_a_number_a_place_an_author_and_its_replies(client, image):
    other = member_client(image.project)
    first = post(client, image, x=12.5, y=7).json()
    post(client, image, "The whole part is dirty.")
    reply(other, first, "Two, I think.")
    threads = read(client, image)
    assert [(t["number"], t["x"], t["y"], t["author"]) for t in threads] == [
        (1, 12.5, 7.0, client.user.username),
        (2, None, None, client.user.username),
    ]
    assert [(r["text"], r["author"]) for r in threads[0]["replies"]] == [
        ("Two, I think.", other.user.username)
    ]
    assert threads[0]["created_at"]
    assert threads[0]["resolved_at"] is None


def test_the_same_post_sent_twice_is_kept_once(client, image):
    uid = str(uuid.uuid4())
    answers = [post(client, image, uid=uid) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    replied = [reply(client, answers[0].json(), uid=str(uuid.UUID(int=7))) for _ in range(2)]
    assert [answer.status_code for answer in replied] == [201, 200]
    assert len(replied[1].json()["replies"]) == 1
    assert Comment.objects.count() == 2


def test_another_persons_id_is_a_conflict(client, image):
    uid = str(uuid.uuid4())
    post(client, image, uid=uid)
    answer = post(member_client(image.project), image, uid=uid)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_thread_of_a_box_takes_the_middle_of_the_box_unless_told(client, image):
    box = make_box(image)
    thread = post(client, image, box=str(box.uid)).json()
    assert (thread["box"], thread["x"], thread["y"]) == (str(box.uid), 20.0, 20.0)
    unsaved = str(uuid.uuid4())
    assert post(client, image, box=unsaved).status_code == 400
    assert post(client, image, box=unsaved, x=3, y=4).json()["box"] == unsaved


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"text": "half \ud800"}, "text"),
        ({"x": 3}, "x"),
        ({"x": 65, "y": 3}, "x"),
        ({"x": -1, "y": 3}, "x"),
        ({"x": float("1e300"), "y": 3}, "x"),
        ({"uid": "no uuid"}, "uid"),
    ],
)
def test_a_wrong_comment_names_its_field(client, image, fields, field):
    answer = post(client, image, **fields)
    assert answer.status_code == 400
    body = answer.json()
    assert field in body or body["field"] == field
    assert not Comment.objects.exists()


def test_anybody_of_the_project_resolves_and_reopens(client, image):
    thread = post(client, image).json()
    other = member_client(image.project)
    resolved = change(other, thread, resolved=True).json()
    assert resolved["resolved_by"] == other.user.username
    again = change(client, thread, resolved=True).json()
    assert (again["resolved_at"], again["resolved_by"]) == (resolved["resolved_at"], other.user.username)
    reopened = change(client, thread, resolved=False).json()
    assert (reopened["resolved_at"], reopened["resolved_by"]) == (None, None)


def test_words_and_place_are_the_authors(client, image):
    thread = post(client, image).json()
    other = member_client(image.project, Role.ENGINEER)
    for fields in ({"text": "Mine now."}, {"x": 1, "y": 1}):
        answer = change(other, thread, **fields)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    edited = change(client, thread, text="Better words.", x=1, y=2).json()
    assert (edited["text"], edited["x"], edited["y"]) == ("Better words.", 1.0, 2.0)
    assert edited["edited_at"]


def test_a_thread_without_answers_is_deleted_whole(client, image):
    thread = post(client, image).json()
    assert client.delete(f"/api/comments/{thread['id']}/").status_code == 204
    assert read(client, image) == []


def test_a_thread_with_answers_loses_its_words_and_goes_with_the_last_answer(client, image):
    thread = post(client, image).json()
    other = member_client(image.project)
    answered = reply(other, thread, "Two.").json()
    client.delete(f"/api/comments/{thread['id']}/")
    [left] = read(client, image)
    assert (left["text"], left["deleted"], left["replies"][0]["text"]) == ("", True, "Two.")
    assert change(client, thread, text="Back again.").status_code == 409
    other.delete(f"/api/comments/{answered['replies'][0]['id']}/")
    assert read(client, image) == []


def test_only_the_author_or_an_engineer_deletes(client, image):
    thread = post(client, image).json()
    for role, status in ((Role.INSPECTOR, 403), (Role.REVIEWER, 403), (Role.ENGINEER, 204)):
        answer = member_client(image.project, role).delete(f"/api/comments/{thread['id']}/")
        assert answer.status_code == status


def test_a_reply_is_no_thread(client, image):
    thread = post(client, image).json()
    said = reply(client, thread).json()["replies"][0]
    assert reply(client, said).status_code == 404
    assert change(client, said, resolved=True).status_code == 400
    assert change(client, said, text="Three.").json()["replies"][0]["text"] == "Three."


def test_a_deleted_image_has_no_comments_any_more(client, image):
    thread = post(client, image).json()
    image.deleted_at = image.created_at
    image.save(update_fields=["deleted_at"])
    assert client.get(f"/api/images/{image.pk}/comments/").status_code == 404
    assert change(client, thread, resolved=True).status_code == 404


def test_reading_costs_the_same_for_many(client, image, django_assert_num_queries):
    for _ in range(5):
        thread = make_comment(image, author=client.user)
        for _ in range(3):
            make_comment(image, parent=thread, author=client.user)
    with django_assert_num_queries(6):  # session, user, image, role, threads, replies
        assert len(read(client, image)) == 5


def test_images_tell_their_open_threads_and_are_found_by_them(client, image):
    project = image.project
    talked, done, asked = (make_image(project) for _ in range(3))
    make_comment(talked)
    make_comment(talked)
    change(client, {"id": make_comment(done).pk}, resolved=True)
    post(client, asked, needs_help=True)

    def names(kind):
        rows = client.get(f"/api/projects/{project.slug}/images/", {"comments": kind}).json()["results"]
        return {row["name"]: row["open_comments"] for row in rows}

    assert names("open") == {talked.name: 2, asked.name: 1}
    assert names("any") == {talked.name: 2, done.name: 0, asked.name: 1}
    assert names("help") == {asked.name: 1}
    assert names("none") == {image.name: 0}
    assert client.get(f"/api/images/{talked.pk}/").json()["open_comments"] == 2
    assert client.get(f"/api/projects/{project.slug}/images/", {"comments": "odd"}).status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"x": 1.0},
        {"number": None},
        {"text": ""},
        {"box_uid": uuid.uuid4()},
        {"x": -1.0, "y": 2.0},
    ],
)
def test_the_database_itself_refuses_half_a_thread(image, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_comment(image, **{"text": "Is it?", **fields})


def test_the_database_itself_refuses_a_reply_with_an_end_of_its_own(image):
    thread = make_comment(image)
    for fields in ({"needs_help": True}, {"number": 2}, {"x": 1.0, "y": 1.0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_comment(image, parent=thread, **fields)
