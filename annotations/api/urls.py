"""Addresses of the REST calls of this app, below /api/."""

from django.urls import path

from annotations.api import (
    archives,
    boxes,
    bulk,
    comments,
    exports,
    images,
    media,
    pixels,
    preferences,
    projects,
    revisions,
    uploads,
    work,
)
from annotations.formats import registry
from annotations.formats.dataset_format import Content

urlpatterns = [
    path("projects/", projects.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", projects.ProjectDetail.as_view(), name="project-detail"),
    path("projects/<slug:slug>/members/", projects.MemberList.as_view(), name="member-list"),
    path("projects/<slug:slug>/defect-types/", projects.DefectTypeList.as_view(), name="defect-type-list"),
    path("defect-types/<int:pk>/", projects.DefectTypeDetail.as_view(), name="defect-type-detail"),
    path("projects/<slug:slug>/images/", uploads.Images.as_view(), name="image-list"),
    path("projects/<slug:slug>/images/bulk/", bulk.Bulk.as_view(), name="image-bulk"),
    path("projects/<slug:slug>/images/summary/", bulk.Summary.as_view(), name="image-summary"),
    path("projects/<slug:slug>/archives/", archives.ArchiveList.as_view(), name="archive-list"),
    path("archives/<int:pk>/", archives.ArchiveDetail.as_view(), name="archive-detail"),
    path("archives/<int:pk>/cancel/", archives.CancelArchive.as_view(), name="archive-cancel"),
    path("images/<int:pk>/", images.ImageDetail.as_view(), name="image-detail"),
    path("images/<int:pk>/file/", media.OriginalFile.as_view(), name="image-file"),
    path("images/<int:pk>/view/", media.RenderedFile.as_view(field="view"), name="image-view"),
    path("images/<int:pk>/thumbnail/", media.RenderedFile.as_view(field="thumbnail"), name="image-thumbnail"),
    path("images/<int:pk>/pixels/", pixels.Pixels.as_view(), name="image-pixels"),
    path("images/<int:pk>/tiles/", pixels.Tiles.as_view(), name="image-tiles"),
    path(
        "images/<int:pk>/tiles/<int:level>/<int:column>/<int:row>/",
        pixels.Tile.as_view(),
        name="image-tile",
    ),
    path("images/<int:pk>/boxes/", boxes.BoxList.as_view(), name="image-boxes"),
    path("images/<int:pk>/revisions/", revisions.RevisionList.as_view(), name="image-revisions"),
    path(
        "images/<int:pk>/revisions/<int:version>/", revisions.RevisionDetail.as_view(), name="image-revision"
    ),
    path("images/<int:pk>/restore/", revisions.Restore.as_view(), name="image-restore"),
    path("images/<int:pk>/comments/", comments.CommentList.as_view(), name="image-comments"),
    path("comments/<int:pk>/", comments.CommentDetail.as_view(), name="comment-detail"),
    path("comments/<int:pk>/replies/", comments.ReplyList.as_view(), name="comment-replies"),
    path("images/<int:pk>/lease/", work.Lease.as_view(), name="image-lease"),
    path("images/<int:pk>/decision/", work.Decide.as_view(), name="image-decision"),
    path("projects/<slug:slug>/claim/", work.Claim.as_view(), name="claim"),
    path("projects/<slug:slug>/review/", projects.ReviewCounts.as_view(), name="review-counts"),
    path("preferences/", preferences.PreferenceList.as_view(), name="preference-list"),
    path("preferences/<slug:name>/", preferences.PreferenceDetail.as_view(), name="preference-detail"),
    path(
        "projects/<slug:slug>/preferences/",
        preferences.ProjectPreferenceList.as_view(),
        name="project-preference-list",
    ),
    path(
        "projects/<slug:slug>/preferences/<slug:name>/",
        preferences.ProjectPreferenceDetail.as_view(),
        name="project-preference-detail",
    ),
]
urlpatterns += [
    path(
        f"projects/<slug:slug>/export/{row.file_name}",
        exports.LabelExport.as_view(row=row),
        name=f"export-{row.file_name}",
    )
    for row in registry.downloads(Content.LABELS)
]
