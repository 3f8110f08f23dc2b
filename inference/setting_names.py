"""Settings whose names have changed, in one table, and the reading of what still has the former names.

Model folders, checkpoints, rows of rounds and models, saved results and users' scripts hold settings under
the names of the release that wrote them. Every reader of settings passes them through `present_names`.
"""

from collections.abc import Mapping
from typing import Any

# Former name: present name, of the detector's and the graders' settings.
RENAMED = {
    "average": "ema_decay",
    "best_points": "assign_topk",
    "focal_power": "focal_gamma",
    "negative_power": "focal_gamma",
    "suppression_iou": "nms_iou",
    "turn": "rotate90",
    "unmoved": "no_warp_share",
}
# How the detector's settings were called when the digests of checkpoints were defined.
_DIGESTED = {new: old for old, new in RENAMED.items() if old != "focal_power"}


def present_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return `settings` with their present names; where both names are given, the present one counts."""
    renamed = {RENAMED[name]: value for name, value in settings.items() if name in RENAMED}
    return {**renamed, **{name: value for name, value in settings.items() if name not in RENAMED}}


def digested_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return a detector's `settings` with the names that enter a checkpoint's digest, which never change."""
    return {_DIGESTED.get(name, name): value for name, value in settings.items()}
