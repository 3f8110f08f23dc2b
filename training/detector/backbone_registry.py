"""The backbones by name: ours and your own. Nothing here loads Keras or Django.

A module registers its backbones when it is imported: `training.detector.backbones` ours, and those named in
BLEMISH_BACKBONES your own. `training.detector.backbone_choices` imports them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Takes images, a Keras tensor, and the DetectorConfig; returns three Keras tensors.
Backbone = Callable[..., Any]
# Our own, for the web process, which cannot import their module because that loads Keras.
BUILT_IN = {"shallow": "Few plain 3×3 convolutions: quick on a processor, and hardly overfits."}
_registry: dict[str, Backbone] = {}


class BadBackbone(ValueError):
    """A backbone that is unknown, taken, fails, or returns something else than its three features."""


def register_backbone(name: str) -> Callable[[Backbone], Backbone]:
    """Make a function available as the backbone called `name`. Raises BadBackbone when another one has it."""

    def register(backbone: Backbone) -> Backbone:
        taken = _registry.get(name)
        if taken is not None and (taken.__module__, taken.__qualname__) != (
            backbone.__module__,
            backbone.__qualname__,
        ):
            raise BadBackbone(f"The backbone name {name!r} is already taken by {taken.__module__}.")
        _registry[name] = backbone
        return backbone

    return register


def backbone_names() -> list[str]:
    """Return the registered names, sorted."""
    return sorted(_registry)


def find(name: str) -> Backbone:
    """Return the backbone called `name`; raises BadBackbone with those that are known."""
    if name not in _registry:
        known = ", ".join(backbone_names())
        raise BadBackbone(
            f"No backbone is called {name!r}; known are {known}. Is the module that registers it named in "
            "BLEMISH_BACKBONES?"
        )
    return _registry[name]


def describe(name: str) -> str:
    """Return the first line of a backbone's docstring."""
    if name in BUILT_IN:
        return BUILT_IN[name]
    return ((_registry[name].__doc__ or "").strip().splitlines() or [""])[0]
