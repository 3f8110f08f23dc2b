"""The administration of projects, images and what people did to them."""

from django.contrib import admin

from annotations.models import (
    Box,
    Comment,
    DefectType,
    Grade,
    Image,
    ImportBatch,
    Lease,
    Member,
    Preference,
    Project,
    Proposal,
    Pyramid,
    ReviewItem,
    Revision,
)


class MemberInline(admin.TabularInline):
    model = Member
    extra = 0
    autocomplete_fields = ["user"]


class GradeInline(admin.TabularInline):
    model = Grade
    extra = 0


@admin.register(Project)
class ProjectAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "precision_target", "window_low", "window_high", "created_at"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at"]
    autocomplete_fields = ["created_by"]
    inlines = [MemberInline]


@admin.register(DefectType)
class DefectTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "project", "hotkey", "color", "graded", "archived", "position"]
    list_filter = ["project", "graded", "archived"]
    list_select_related = ["project"]
    search_fields = ["name"]
    inlines = [GradeInline]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that verbs write, with versions and revisions: here they are read, never changed by hand."""

    show_full_result_count = False

    def has_add_permission(self, request) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        """Refuse."""
        return False


@admin.register(Image)
class ImageAdmin(ReadOnlyAdmin):
    list_display = ["name", "project", "state", "split", "box_count", "version", "view_state", "created_at"]
    list_filter = ["project", "state", "split", "view_state"]
    list_select_related = ["project"]
    search_fields = ["name", "sha256"]


@admin.register(Box)
class BoxAdmin(ReadOnlyAdmin):
    list_display = ["pk", "image", "defect_type", "grade", "origin", "model_name", "score", "decision"]
    list_filter = ["origin", "decision"]
    list_select_related = ["image", "defect_type"]
    search_fields = ["image__name", "model_name"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    list_display = ["image", "version", "author", "reason", "created_at"]
    list_select_related = ["image", "author"]
    search_fields = ["image__name", "author__username"]


@admin.register(ReviewItem)
class ReviewItemAdmin(ReadOnlyAdmin):
    list_display = ["image", "reason", "state", "decision", "decided_by", "priority", "created_at"]
    list_filter = ["state", "reason", "decision"]
    list_select_related = ["image", "decided_by"]
    search_fields = ["image__name"]


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ["image", "number", "author", "text", "needs_help", "resolved_at", "created_at"]
    list_filter = ["needs_help"]
    list_select_related = ["image", "author"]
    search_fields = ["image__name", "author__username", "text"]


@admin.register(Proposal)
class ProposalAdmin(ReadOnlyAdmin):
    list_display = ["image", "model_name", "round_number", "image_version", "created_at"]
    list_select_related = ["image"]
    search_fields = ["image__name", "model_name"]


@admin.register(Lease)
class LeaseAdmin(admin.ModelAdmin):
    list_display = ["image", "user", "expires_at"]
    list_select_related = ["image", "user"]
    search_fields = ["image__name", "user__username"]
    raw_id_fields = ["image", "user"]


@admin.register(Preference)
class PreferenceAdmin(admin.ModelAdmin):
    list_display = ["name", "user", "project", "updated_at"]
    list_select_related = ["user", "project"]
    search_fields = ["name", "user__username"]
    raw_id_fields = ["user", "project"]


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    list_display = [
        "source",
        "project",
        "images_read",
        "boxes_read",
        "files_skipped",
        "one_based",
        "created_at",
    ]
    list_filter = ["project"]
    list_select_related = ["project"]


@admin.register(Pyramid)
class PyramidAdmin(admin.ModelAdmin):
    list_display = ["image", "state", "tries", "bytes", "claimed_at"]
    list_filter = ["state"]
    search_fields = ["image__name"]
    list_select_related = ["image"]
    readonly_fields = ["image", "folder", "tile_side", "bytes", "histogram", "claimed_at"]

    def has_add_permission(self, request) -> bool:
        """Rows are made by the worker."""
        return False
