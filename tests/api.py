"""Call the REST interface as a person."""

from rest_framework.test import APIClient

from annotations.models import Project, Role
from tests.factories import make_member


def signed_in(user) -> APIClient:
    """Return a client with USER's session."""
    client = APIClient()
    client.force_login(user)
    return client


def member_client(project: Project, role: Role = Role.INSPECTOR) -> APIClient:
    """Return the client of a new member of PROJECT; `.user` is the person."""
    user = make_member(project, role)
    client = signed_in(user)
    client.user = user
    return client
