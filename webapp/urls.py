"""All addresses of Blemish."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from webapp.views import account, overview, projects

urlpatterns = [
    path("", projects.projects, name="projects"),
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/token/", account.renew_token, name="renew-token"),
    path("p/<slug:slug>/", overview.overview, name="overview"),
    path("api/", include("webapp.api")),
    path("admin/", admin.site.urls),
]
