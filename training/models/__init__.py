"""The tables of training: snapshots, rounds, lots, evaluations and backbones."""

from training.models.backbones import Network
from training.models.evaluations import ConfusedImage, EvaluatedImage, Evaluation
from training.models.lots import Lot, LotImage, LotState
from training.models.rounds import Phase, Round, RoundEvent, RoundMode
from training.models.snapshots import Snapshot, SnapshotImage

__all__ = [
    "ConfusedImage",
    "EvaluatedImage",
    "Evaluation",
    "Lot",
    "LotImage",
    "LotState",
    "Network",
    "Phase",
    "Round",
    "RoundEvent",
    "RoundMode",
    "Snapshot",
    "SnapshotImage",
]
