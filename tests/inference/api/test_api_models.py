import pytest
from django.conf import settings

from annotations.models import Role
from inference.models import ModelKind
from tests.api import member_client
from tests.factories import make_model, make_project, make_user

pytestmark = pytest.mark.django_db


def with_folder(model):
    """Give MODEL a folder that looks whole."""
    folder = settings.MODELS_ROOT / model.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.json").write_text("{}")
    return model


def test_models_are_listed_newest_first(django_assert_num_queries):
    project = make_project()
    make_model(project, "round-1", thresholds={"scratches": 0.6, "pits": None})
    grader = make_model(
        project, "round-1-dents", kind=ModelKind.GRADER, defect_type=project.defect_types.first()
    )
    client = member_client(project)
    with django_assert_num_queries(5):  # session, user, project, role, models
        rows = client.get(f"/api/projects/{project.slug}/models/").json()
    assert [row["name"] for row in rows] == ["round-1-dents", "round-1"]
    assert (rows[0]["kind"], rows[0]["defect_type"]) == ("grader", grader.defect_type.name)
    assert rows[1]["thresholds"] == {"scratches": 0.6, "pits": None}
    assert rows[1]["class_names"] == ["scratches", "pits"]


def test_promoting_replaces_the_model_in_use():
    project = make_project()
    old = make_model(project, promoted=True, promoted_by=make_user())
    new = with_folder(make_model(project))
    client = member_client(project, Role.ENGINEER)
    answer = client.post(f"/api/models/{new.pk}/promote/")
    assert answer.status_code == 200, answer.json()
    assert (answer.json()["promoted"], answer.json()["promoted_by"]) == (True, client.user.username)
    old.refresh_from_db()
    assert not old.promoted


def test_a_model_whose_files_are_gone_is_not_promoted():
    project = make_project()
    old, gone = make_model(project, promoted=True), make_model(project)
    answer = member_client(project, Role.ENGINEER).post(f"/api/models/{gone.pk}/promote/")
    assert (answer.status_code, answer.json()["code"]) == (400, "model_folder_missing")
    old.refresh_from_db()
    assert old.promoted


def test_promoting_is_an_engineers():
    project = make_project()
    model = with_folder(make_model(project))
    answer = member_client(project, Role.REVIEWER).post(f"/api/models/{model.pk}/promote/")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
