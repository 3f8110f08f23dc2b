"""Running models: the registry, running a model, severity, drawing, inspections."""

import os

# TensorFlow reads this when it is first loaded; its notes about processor features are nothing to act on.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
