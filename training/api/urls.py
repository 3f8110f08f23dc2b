"""Addresses of the REST calls of this app, below /api/."""

from django.urls import path

from training.api import evaluations, rounds

urlpatterns = [
    path("projects/<slug:slug>/rounds/", rounds.RoundList.as_view(), name="round-list"),
    path("rounds/<int:pk>/", rounds.RoundDetail.as_view(), name="round-detail"),
    path("rounds/<int:pk>/cancel/", rounds.RoundCancel.as_view(), name="round-cancel"),
    path("evaluations/<int:pk>/", evaluations.EvaluationDetail.as_view(), name="evaluation-detail"),
    path("evaluations/<int:pk>/images/", evaluations.EvaluatedImageList.as_view(), name="evaluation-images"),
]
