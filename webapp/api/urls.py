"""Addresses below /api/: the calls of the four apps, the session, the token, the schema and its docs."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from webapp.api.not_found import ApiNotFound
from webapp.api.session import Session
from webapp.api.statistics import Stats
from webapp.api.token import TokenCall

app_name = "api"
urlpatterns = [
    path("", include("annotations.api.urls")),
    path("", include("inference.api.urls")),
    path("", include("training.api.urls")),
    path("projects/<slug:slug>/stats/", Stats.as_view(), name="stats"),
    path("session/", Session.as_view(), name="session"),
    path("token/", TokenCall.as_view(), name="token"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    # With its slash, so that a call that forgot its own is still sent on to the right address.
    re_path(r"^[\s\S]*/$", ApiNotFound.as_view(), name="not-found"),
]
