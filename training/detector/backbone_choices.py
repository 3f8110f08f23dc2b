"""Which backbones a round may use: rows of `Network`, which the ml worker writes and the rounds page reads.

Only the ml worker can import every module of backbones, because that loads Keras.
"""

import importlib
import logging

from django.conf import settings
from django.db import transaction

from training.detector.backbone_registry import BUILT_IN, backbone_names, describe, find
from training.models import Network

logger = logging.getLogger(__name__)


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
    failed = import_modules()
    with transaction.atomic():
        rows = [(name, find(name).__module__, describe(name), "") for name in backbone_names()]
        rows += [(f"({module})", module, "", problem) for module, problem in failed.items()]
        Network.objects.exclude(name__in=[row[0] for row in rows]).delete()
        for name, module, description, problem in rows:
            values = {"module": module, "description": description[:300], "problem": problem[:1000]}
            Network.objects.update_or_create(name=name[:60], defaults=values)
    return failed


def choices() -> list[tuple[str, str]]:
    """Return (name, its line) of every backbone that a round may use, ours first."""
    published = Network.objects.filter(problem="").exclude(name__in=BUILT_IN)
    return [*BUILT_IN.items(), *published.order_by("name").values_list("name", "description")]


def problems() -> list[str]:
    """Return a sentence for each module of BLEMISH_BACKBONES that the worker could not import."""
    return list(Network.objects.exclude(problem="").order_by("name").values_list("problem", flat=True))
