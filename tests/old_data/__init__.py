"""Data made by earlier commits, and what the present code makes of them."""
