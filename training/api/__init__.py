"""The REST calls of rounds and evaluations."""
