"""Tables of projects, images, boxes, their history, leases and the review queue."""

from annotations.models.archives import Archive
from annotations.models.boxes import Box, Decision, Origin, Revision
from annotations.models.comments import Comment
from annotations.models.images import (
    LABELED_STATES,
    Image,
    ImageState,
    ImportBatch,
    Split,
    ViewState,
    VocSource,
)
from annotations.models.jobs import JobState
from annotations.models.leases import Lease
from annotations.models.preferences import Preference
from annotations.models.projects import DefectType, Grade, Member, Project, Role
from annotations.models.pyramids import Pyramid, PyramidState
from annotations.models.reviews import Proposal, ProposedBox, ReviewItem, ReviewReason, ReviewState

__all__ = [
    "LABELED_STATES",
    "Archive",
    "Box",
    "Comment",
    "Decision",
    "DefectType",
    "Grade",
    "Image",
    "ImageState",
    "ImportBatch",
    "JobState",
    "Lease",
    "Member",
    "Origin",
    "Preference",
    "Project",
    "Proposal",
    "ProposedBox",
    "Pyramid",
    "PyramidState",
    "ReviewItem",
    "ReviewReason",
    "ReviewState",
    "Revision",
    "Role",
    "Split",
    "ViewState",
    "VocSource",
]
