"""All addresses of Blemish."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from webapp.views import (
    account,
    dashboard,
    evaluations,
    images,
    inspect,
    label,
    overview,
    projects,
    review,
    rounds,
    settings,
)

urlpatterns = [
    path("", projects.projects, name="projects"),
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/token/", account.renew_token, name="renew-token"),
    path("p/<slug:slug>/", overview.overview, name="overview"),
    path("p/<slug:slug>/images/", images.images, name="images"),
    path("p/<slug:slug>/images/drawn.json", images.drawn, name="images-drawn"),
    path("p/<slug:slug>/rounds/", rounds.rounds, name="rounds"),
    path("p/<slug:slug>/rounds/<int:number>/", rounds.one_round, name="round"),
    path("p/<slug:slug>/rounds/<int:number>/live/", rounds.live, name="round-live"),
    path("p/<slug:slug>/rounds/<int:number>/cancel/", rounds.cancel, name="round-cancel"),
    path("p/<slug:slug>/evaluations/<int:pk>/", evaluations.evaluation, name="evaluation"),
    path("p/<slug:slug>/evaluations/<int:pk>/images/", evaluations.images, name="evaluation-images"),
    path("p/<slug:slug>/models/<int:pk>/promote/", rounds.promote, name="model-promote"),
    path("p/<slug:slug>/inspect/", inspect.inspect, name="inspect"),
    path("p/<slug:slug>/inspect/<int:pk>/", inspect.inspection, name="inspection"),
    path("p/<slug:slug>/inspect/<int:pk>/live/", inspect.live, name="inspection-live"),
    path("p/<slug:slug>/inspect/<int:pk>/cancel/", inspect.cancel, name="inspection-cancel"),
    path("p/<slug:slug>/inspect/<int:pk>/defects.csv", inspect.defects, name="inspection-defects"),
    path("p/<slug:slug>/dashboard/", dashboard.dashboard, name="dashboard"),
    path("p/<slug:slug>/dashboard/<slug:name>.csv", dashboard.table, name="dashboard-table"),
    path("p/<slug:slug>/settings/", settings.settings, name="settings"),
    path("p/<slug:slug>/settings/project/", settings.change_project, name="change-project"),
    path("p/<slug:slug>/settings/window/", settings.change_window, name="change-window"),
    path("p/<slug:slug>/settings/window/preview.png", settings.preview, name="window-preview"),
    path("p/<slug:slug>/settings/types/", settings.add_type, name="add-type"),
    path("p/<slug:slug>/settings/types/<int:pk>/", settings.change_type, name="change-type"),
    path("p/<slug:slug>/settings/types/<int:pk>/move/", settings.move_type, name="move-type"),
    path("p/<slug:slug>/settings/members/", settings.add_member, name="add-member"),
    path("p/<slug:slug>/settings/members/<int:pk>/", settings.change_member, name="change-member"),
    path("p/<slug:slug>/label/", label.label, name="label"),
    path("p/<slug:slug>/label/<int:pk>/", label.label, name="label-image"),
    path("p/<slug:slug>/review/", review.review, name="review"),
    path("api/", include("webapp.api")),
    path("admin/", admin.site.urls),
]
