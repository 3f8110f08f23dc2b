"""The backbones by name: ours and your own. Nothing here loads Keras, so that the web process may look too.

A module of yours that registers backbones is named in BLEMISH_BACKBONES. The ml worker imports it, and writes
what it found into rows of `training.models.Network`, of which the rounds page makes its choices. The model is
imported inside functions, because a detector can be trained without Django's apps.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable

from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

# What is there without any module of yours, for the web process, which cannot ask Keras' side.
BUILT_IN = {"shallow": "Few plain 3×3 convolutions: quick on a processor, and hardly overfits."}
_registry: dict[str, Callable] = {}


class BadBackbone(ValueError):
    """A backbone that is unknown, taken, fails, or returns something else than its three features."""


def register_backbone(name: str) -> Callable[[Callable], Callable]:
    """Make a function available as the backbone called `name`. Raises BadBackbone when another one has it."""

    def register(backbone: Callable) -> Callable:
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


def find(name: str) -> Callable:
    """Return the backbone called NAME; raises BadBackbone with those that are known."""
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


def import_modules() -> dict[str, str]:
    """Import our backbones and the modules in BLEMISH_BACKBONES; return a sentence for each that failed.

    Loads Keras: only for workers and commands.
    """
    importlib.import_module("training.detector.backbones")
    failed = {}
    for module in settings.BLEMISH_BACKBONES:
        try:
            importlib.import_module(module)
        except Exception as error:  # whatever the module's own code raises
            logger.exception("the module %s of BLEMISH_BACKBONES cannot be imported", module)
            failed[module] = (
                f"The module {module}, named in BLEMISH_BACKBONES, cannot be imported: "
                f"{type(error).__name__}: {error}."
            )
    return failed


def publish() -> dict[str, str]:
    """Import all backbones and write their names and first lines into rows; return what failed."""
    from training.models import Network

    failed = import_modules()
    with transaction.atomic():
        rows = [(name, _registry[name].__module__, describe(name), "") for name in backbone_names()]
        rows += [(f"({module})", module, "", problem) for module, problem in failed.items()]
        Network.objects.exclude(name__in=[row[0] for row in rows]).delete()
        for name, module, description, problem in rows:
            values = {"module": module, "description": description[:300], "problem": problem[:1000]}
            Network.objects.update_or_create(name=name[:60], defaults=values)
    return failed


def choices() -> list[tuple[str, str]]:
    """Return (name, its line) of every backbone that a round may use, ours first."""
    from training.models import Network

    published = Network.objects.filter(problem="").exclude(name__in=BUILT_IN)
    return [*BUILT_IN.items(), *published.order_by("name").values_list("name", "description")]


def problems() -> list[str]:
    """Return a sentence for each module of BLEMISH_BACKBONES that the worker could not import."""
    from training.models import Network

    return list(Network.objects.exclude(problem="").order_by("name").values_list("problem", flat=True))
