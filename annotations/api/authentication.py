"""Who calls the REST interface from a page."""

from drf_spectacular.authentication import SessionScheme
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from annotations.errors import OtherPerson

PERSON_HEADER = "X-Blemish-Person"


class PageSession(SessionAuthentication):
    """A session that is still the person's who opened the page, where the page says whose it is.

    All tabs of a browser share one session. When somebody else signs in in another tab, a page that is
    still open must not go on writing under the new name.
    """

    def authenticate(self, request: Request):
        """Return (user, None), or None without a session; raises OtherPerson with who is signed in."""
        found = super().authenticate(request)
        meant = request.headers.get(PERSON_HEADER)
        if found is not None and meant and meant != str(found[0].pk):
            name = found[0].get_username()
            raise OtherPerson(f"{name} has signed in in this browser meanwhile.", person=name)
        return found


class PageSessionScheme(SessionScheme):
    """Describe it in the schema as any session."""

    target_class = "annotations.api.authentication.PageSession"
