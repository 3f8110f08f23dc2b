"""The administration of models and inspections."""

from django.contrib import admin

from annotations.admin import ReadOnlyAdmin
from inference.models import InspectedImage, Inspection, ModelVersion


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    list_display = [
        "name",
        "project",
        "kind",
        "defect_type",
        "source",
        "round_number",
        "promoted",
        "created_at",
    ]
    list_filter = ["project", "kind", "promoted", "source"]
    list_select_related = ["project", "defect_type"]
    search_fields = ["name"]


class InspectedImageInline(admin.TabularInline):
    model = InspectedImage
    fields = ["name", "width", "height", "done", "error", "seconds"]
    extra = 0


@admin.register(Inspection)
class InspectionAdmin(ReadOnlyAdmin):
    list_display = ["pk", "project", "state", "model_name", "created_by", "created_at"]
    list_filter = ["project", "state"]
    list_select_related = ["project", "created_by"]
    inlines = [InspectedImageInline]
