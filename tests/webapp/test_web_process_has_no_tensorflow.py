"""The web process serves every page and every GET call without loading TensorFlow.

In a Python of its own, because other tests in this one train.
"""

import json
import os
import subprocess
import sys

import pytest
from django.urls import reverse

from runner import ROOT
from tests.support.workers import database_environment
from webapp.project_pages import PAGES

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SERVE_ALL = """
import json, sys
import django
django.setup()
from django.conf import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
import webapp.wsgi
from django.test import Client
from tests import factories
from tests.support.addresses import concrete_addresses

project = factories.make_project("steel")
factories.make_box(factories.make_image(project, ready=True))
user = factories.make_user("anna", is_superuser=True, is_staff=True)
client = Client(raise_request_exception=False, headers={"Host": "127.0.0.1:8000"})
client.force_login(user)
statuses = {url: client.get(url).status_code for url in concrete_addresses(project)}
print(json.dumps({"statuses": statuses, "heavy": sorted({"tensorflow", "keras"} & set(sys.modules))}))
"""


def test_every_page_is_served_without_tensorflow() -> None:
    environment = os.environ | database_environment() | {"DJANGO_SETTINGS_MODULE": "webapp.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SERVE_ALL], cwd=ROOT, env=environment, text=True, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["heavy"] == []
    statuses = answer["statuses"]
    assert len(statuses) > 20
    assert {url: status for url, status in statuses.items() if status >= 500} == {}
    for page in PAGES:
        assert statuses[reverse(page.name, args=["steel"])] == 200, page.name
