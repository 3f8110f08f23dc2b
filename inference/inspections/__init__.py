"""Inspections: batches of images run through the promoted models, drawings and reports."""
