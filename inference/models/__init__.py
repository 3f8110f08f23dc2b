"""The tables of inference: models, inspections and grade requests."""

from inference.models.grade_requests import GradeRequest
from inference.models.inspections import Defect, InspectedImage, Inspection
from inference.models.model_versions import ModelKind, ModelSource, ModelVersion

__all__ = [
    "Defect",
    "GradeRequest",
    "InspectedImage",
    "Inspection",
    "ModelKind",
    "ModelSource",
    "ModelVersion",
]
