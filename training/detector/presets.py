"""Presets: what a training is for, in one word. Nothing here loads TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """One purpose: its budget on two cores, a sentence for people, what differs in the settings."""

    name: str
    label: str
    minutes: float
    sentence: str
    settings: dict[str, Any] = field(default_factory=dict)


PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            "fast",
            "Fast",
            5.0,
            "A usable model in 5 minutes: a slimmer network, more passes over the images in the same time.",
            {
                "widths": (12, 24, 40, 80, 96),
                "depths": (1, 1, 1),
                "neck_width": 40,
                "head_depth": 1,
                "warmup_steps": 100,
                "ema_decay": 0.99,
            },
        ),
        Preset(
            "balanced",
            "Balanced",
            20.0,
            "The best accuracy in 20 minutes; the network that everything else is measured against.",
        ),
        Preset(
            "thorough",
            "Thorough",
            60.0,
            "An hour for the last points: a wider and deeper network that looks at mirrored images too.",
            {
                "widths": (16, 32, 64, 128, 160),
                "depths": (1, 2, 2),
                "neck_width": 64,
                "ema_decay": 0.998,
                "flip_test": True,
            },
        ),
    )
}
DEFAULT = "balanced"


def settings_of(name: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of the preset `name` ("" for the default one) with those `given` laid over them."""
    return {**PRESETS[name or DEFAULT].settings, **given}
