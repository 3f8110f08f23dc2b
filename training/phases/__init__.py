"""The phases of a round, one module each, named as the phase; `run(round_run)` is the entry point of each.

A phase is safe to run again after a restart: what is already there is taken, not made a second time. The web
process starts rounds but never loads TensorFlow: modules that need it are imported inside functions.
"""

from training.models import Phase

# The module of each phase.
MODULES = {
    Phase.SNAPSHOT: "training.phases.snapshot",
    Phase.DETECTOR: "training.phases.detector",
    Phase.GRADERS: "training.phases.graders",
    Phase.CALIBRATE: "training.phases.calibrate",
    Phase.EVALUATE: "training.phases.evaluate",
    Phase.LABEL: "training.phases.label",
}
