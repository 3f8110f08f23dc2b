"""Projects for browser tests, each with a name of its own on the shared server."""

import itertools

from tests.support.servers import Person, Server

_MAKE = """
from tests.factories import *
project = make_project({slug!r}, types=())
make_type(project, "scratches", grades=5, hotkey="s", color="#E69F00")
make_type(project, "pits", hotkey="p", color="#56B4E9")
result = [make_image(project, f"part-{{n}}.png", ready=True).pk for n in range({images})]
"""
_numbers = itertools.count(1)


def new_slug() -> str:
    """Return a project name that no other test has."""
    return f"canvas-{next(_numbers)}"


class LabelProject:
    """A project of 64 × 48 images with the types scratches (graded) and pits, and one engineer."""

    def __init__(self, server: Server, *, images: int = 1) -> None:
        self.server = server
        self.slug = new_slug()
        self.images: list[int] = server.python(_MAKE.format(slug=self.slug, images=images))
        self.person = self.member("anna")
        self.api = server.api(self.person)

    def member(self, name: str, *, role: str = "engineer") -> Person:
        """Make one more person of this project."""
        return self.server.person(f"{name}-{self.slug}", project=self.slug, role=role)

    def box_list(self, index: int = 0) -> dict:
        """Return version and boxes that the server has of an image."""
        return self.api.get(f"/api/images/{self.images[index]}/boxes/").json()

    def saved(self, index: int = 0) -> list[dict]:
        """Return the boxes that the server has of an image."""
        return self.box_list(index)["boxes"]

    def revisions(self, index: int = 0) -> list[dict]:
        """Return the revisions of an image, newest first."""
        return self.api.get(f"/api/images/{self.images[index]}/revisions/").json()

    def state(self, index: int = 0) -> str:
        """Return the state of an image."""
        return self.api.get(f"/api/images/{self.images[index]}/").json()["state"]

    def save(self, person: Person, boxes: list[dict], *, index: int = 0) -> None:
        """Save BOXES as PERSON, on top of what is there."""
        headers = {"If-Match": f'"{self.box_list(index)["version"]}"'}
        address = f"/api/images/{self.images[index]}/boxes/"
        answer = self.server.api(person).put(address, json={"boxes": boxes}, headers=headers)
        assert answer.status_code == 200, answer.text

    def end_leases(self) -> None:
        """Let every lease of the project end, as if nobody had renewed it."""
        self.server.python(
            "from annotations.models import Lease\nfrom django.utils import timezone\n"
            f"Lease.objects.filter(image__project__slug={self.slug!r}).update(expires_at=timezone.now())"
        )
