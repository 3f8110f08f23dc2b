"""The REST calls of models and inspections."""
