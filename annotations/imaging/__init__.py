"""Pixels of originals: decoding, the gray window, previews, pyramids, tiles and where files are kept."""
