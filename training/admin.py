"""The administration of rounds, their events and lots."""

from django.contrib import admin

from annotations.admin import ReadOnlyAdmin
from training.models import Lot, Round, RoundEvent, Snapshot


@admin.register(Round)
class RoundAdmin(ReadOnlyAdmin):
    list_display = ["number", "project", "mode", "state", "phase", "detector", "started_by", "created_at"]
    list_filter = ["project", "state", "mode"]
    list_select_related = ["project", "detector", "started_by"]


@admin.register(RoundEvent)
class RoundEventAdmin(ReadOnlyAdmin):
    list_display = ["pk", "round", "kind", "created_at"]
    list_filter = ["kind"]
    list_select_related = ["round__project"]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "project", "created_at"]
    list_filter = ["project"]
    list_select_related = ["project"]


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ["__str__", "state", "created_at"]
    list_filter = ["state"]
    list_select_related = ["round__project"]
