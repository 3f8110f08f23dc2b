"""From trained weights to a model folder that other programs can run."""
