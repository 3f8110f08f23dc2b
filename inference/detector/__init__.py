"""Running a detector: its saved graph, its signatures, and large frames in tiles."""
