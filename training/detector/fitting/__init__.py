"""Fitting the detector: losses, optimizer, schedule, checkpoints, early stopping."""
