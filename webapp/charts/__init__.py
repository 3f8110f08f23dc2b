"""The numbers that charts and tables draw."""
