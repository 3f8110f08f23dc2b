"""Whatever is sent, the API answers in its own shape and never breaks; calls are made up from its schema."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.authtoken.models import Token

from tests.factories import (
    make_archive,
    make_box,
    make_comment,
    make_image,
    make_inspection,
    make_model,
    make_project,
    make_review_item,
    make_revision,
    make_round,
    make_type,
    make_user,
)
from webapp.wsgi import application

QUICK = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def wsgi(db):
    """Return the application as a server calls it, except that the test's connection outlives a request."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield application
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def world(db):
    """Return the headers of a person who may do all, and an id of each kind by the start of its address."""
    project = make_project(slug="steel")
    make_type(project, "dents", grades=3)
    image = make_image(project, ready=True)
    make_box(image)
    make_revision(image)
    make_review_item(image)
    token = Token.objects.create(user=make_user(is_superuser=True))
    inspection = make_inspection(project)
    ids = {
        "images": image.pk,
        "archives": make_archive(project).pk,
        "comments": make_comment(image).pk,
        "defect-types": project.defect_types.first().pk,
        "rounds": make_round(project).pk,
        "models": make_model(project).pk,
        "inspections": inspection.pk,
        "inspected-images": inspection.images.first().pk,
    }
    return {"Authorization": f"Token {token.key}", "If-Match": '"1"'}, ids


def send(case, world) -> None:
    """Call CASE as it was made up, then with the ids of things that are there."""
    headers, ids = world
    made_up = dict(case.path_parameters)
    real = {"id": ids.get(case.path.split("/")[2]), "slug": "steel", "version": 1}
    for parameters in (made_up, {name: real.get(name, value) for name, value in made_up.items()}):
        case.path_parameters = parameters
        answer = case.call(headers=headers)
        assert answer.status_code < 500, f"{case.method} {case.formatted_path}: {answer.text[:2000]}"
        if answer.status_code >= 400:
            assert isinstance(answer.json()["code"], str), answer.text


def test_no_call_breaks(wsgi, world):
    schema = schemathesis.openapi.from_wsgi("/api/schema/", wsgi)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        made_up = given(case=operation.as_strategy())(lambda case: send(case, world))
        QUICK(made_up)()
