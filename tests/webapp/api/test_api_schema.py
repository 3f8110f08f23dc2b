import re

import pytest
import yaml
from django.core.management import call_command
from rest_framework.test import APIClient

from webapp.api.urls import urlpatterns

CALLS = """
GET POST /api/projects/
GET PATCH /api/projects/{slug}/
GET POST /api/projects/{slug}/defect-types/
PATCH /api/defect-types/{id}/
GET PUT /api/projects/{slug}/members/
GET POST /api/projects/{slug}/images/
GET PUT /api/images/{id}/boxes/
GET /api/images/{id}/revisions/
POST /api/images/{id}/restore/
GET POST /api/images/{id}/comments/
PATCH DELETE /api/comments/{id}/
POST /api/comments/{id}/replies/
GET /api/preferences/
GET PUT /api/preferences/{name}/
GET PUT /api/projects/{slug}/preferences/{name}/
POST /api/projects/{slug}/claim/
PUT DELETE /api/images/{id}/lease/
POST /api/images/{id}/decision/
GET POST /api/projects/{slug}/rounds/
GET /api/rounds/{id}/
POST /api/rounds/{id}/cancel/
GET /api/projects/{slug}/models/
POST /api/models/{id}/promote/
GET POST /api/projects/{slug}/inspections/
GET /api/inspections/{id}/
GET /api/projects/{slug}/stats/
GET /api/projects/{slug}/export/voc.zip
GET /api/projects/{slug}/export/coco.json
GET /api/projects/{slug}/export/yolo.zip
GET /api/projects/{slug}/export/boxes.csv
GET /api/projects/{slug}/export/defects.csv
POST /api/token/
"""


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    path = tmp_path_factory.mktemp("schema") / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(path))
    return yaml.safe_load(path.read_text())


def test_the_schema_has_no_warning_and_is_served(schema):
    answer = APIClient().get("/api/schema/")
    assert answer.status_code == 200
    assert yaml.safe_load(answer.content)["paths"].keys() == schema["paths"].keys()


@pytest.mark.parametrize("line", CALLS.split("\n")[1:-1])
def test_every_call_of_the_design_is_in_the_schema(schema, line):
    *methods, address = line.split()
    assert {method.lower() for method in methods} <= schema["paths"][address].keys()


def test_every_operation_says_what_it_does_and_what_an_error_looks_like(schema):
    operations = [
        (address, method, operation)
        for address, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) > 30
    for address, method, operation in operations:
        assert operation.get("description"), (method, address)
        if address not in ("/api/token/", "/api/schema/"):
            assert "default" in operation["responses"], (method, address)


@pytest.mark.django_db
def test_the_docs_ask_no_other_host():
    answer = APIClient().get("/api/docs/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert b"swagger-ui" in answer.content
    assert not re.search(rb"""(src|href)=["'](https?:)?//""", answer.content)


def test_every_address_of_the_api_is_in_the_schema(schema):
    def walk(patterns, prefix):
        for pattern in patterns:
            address = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
            if hasattr(pattern, "url_patterns"):
                yield from walk(pattern.url_patterns, address)
            else:
                yield address.replace("{pk}", "{id}")

    served = set(walk(urlpatterns, "/api/"))
    assert served - set(schema["paths"]) <= {"/api/docs/", "/api/schema/", "/api/^[\\s\\S]*/$"}
