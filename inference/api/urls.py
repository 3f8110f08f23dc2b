"""Addresses of the REST calls of this app, below /api/."""

from django.urls import path

from annotations.formats import registry
from annotations.formats.dataset_format import Content
from inference.api import exports, grades, inspections, models

urlpatterns = [
    path("projects/<slug:slug>/models/", models.ModelList.as_view(), name="model-list"),
    path("models/<int:pk>/promote/", models.ModelPromote.as_view(), name="model-promote"),
    path("images/<int:pk>/grades/", grades.Ask.as_view(), name="image-grades"),
    path("grade-requests/<int:pk>/", grades.Answer.as_view(), name="grade-request"),
    path("projects/<slug:slug>/inspections/", inspections.InspectionList.as_view(), name="inspection-list"),
    path("inspections/<int:pk>/", inspections.InspectionDetail.as_view(), name="inspection-detail"),
    path("inspections/<int:pk>/cancel/", inspections.InspectionCancel.as_view(), name="inspection-cancel"),
    path("inspected-images/<int:pk>/file/", inspections.InspectedFile.as_view(), name="inspected-file"),
    path(
        "inspected-images/<int:pk>/drawn/",
        inspections.InspectedFile.as_view(field="drawn"),
        name="inspected-drawn",
    ),
]
urlpatterns += [
    path(
        f"projects/<slug:slug>/export/{row.file_name}",
        exports.DefectExport.as_view(row=row),
        name=f"export-{row.file_name}",
    )
    for row in registry.downloads(Content.DEFECTS)
]
