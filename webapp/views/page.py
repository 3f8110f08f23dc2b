"""What every page shares: signing in, refusing with a sentence, and the frame of a project."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from rest_framework.exceptions import APIException, PermissionDenied

from annotations.models import Project, Role
from webapp import project_pages

TITLES = {
    400: "That cannot be done",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    409: "Changed meanwhile",
    412: "Changed meanwhile",
    423: "Somebody else works here",
    503: "Not available now",
}


class PageRequest(HttpRequest):
    """A request that `page` has let through: somebody is signed in, and it says whether htmx has sent it."""

    user: User
    htmx: HtmxDetails


def page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let `view` be seen by signed-in people only, and turn the errors of verbs into pages."""

    @wraps(view)
    def answer(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        try:
            return view(request, *args, **kwargs)
        except APIException as error:
            return refuse(request, error)

    return answer


def _ask_to_sign_in(request: PageRequest) -> HttpResponse:
    if request.htmx:
        # A fragment must not be replaced by a whole login page: the window goes there instead.
        here = request.htmx.current_url_abs_path or "/"
        return HttpResponseClientRedirect(f"{resolve_url('login')}?{urlencode({'next': here})}")
    return redirect_to_login(request.get_full_path())


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form or call whose CSRF token is missing or old: as an API error, or as a page."""
    sentence = "This page was open while you signed in or out. Load it again and repeat what you did."
    if request.resolver_match and request.resolver_match.app_name == "api":
        return JsonResponse({"code": "csrf_failed", "detail": sentence}, status=403)
    return refuse(request, PermissionDenied(sentence))


def refuse(request: HttpRequest, error: APIException) -> HttpResponse:
    """Answer with the sentence and the status of `error`, as a page or, for htmx, as a note in its place."""
    context = {"title": TITLES.get(error.status_code, "That did not work"), "sentence": str(error.detail)}
    by_htmx = getattr(request, "htmx", False)
    template = "webapp/errors/_refused.html" if by_htmx else "webapp/errors/error.html"
    return render(request, template, context, status=error.status_code)


def render_project(
    request: HttpRequest, template: str, project: Project, *, tab: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render `template` in the frame of `project`; `tab` names the page whose tab is current.

    Adds the person's role, what it may do, and the tabs.
    """
    role = project.role_of(request.user)
    frame = {
        "project": project,
        "role": role,
        "can_review": role is not None and role.rank >= Role.REVIEWER.rank,
        "can_engineer": role is not None and role.rank >= Role.ENGINEER.rank,
        "tabs": project_pages.tabs(project, tab),
    }
    return render(request, template, {**frame, **context}, status=status)
