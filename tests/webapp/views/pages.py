"""What the tests of the pages share: signing in, and reading an answer's text."""

import html
import re

from django.test import Client

from annotations.models import Project, Role
from tests.factories import make_member


def sign_in(client: Client, project: Project, role: Role = Role.INSPECTOR):
    """Sign a new member of PROJECT in; return the person."""
    person = make_member(project, role)
    client.force_login(person)
    return person


def text_of(response) -> str:
    """Return what a person reads: no tags, one space between words."""
    body = re.sub(r"<script.*?</script>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())
