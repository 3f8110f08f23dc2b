"""Lists of images: filters, order and portions, and what a set of images holds."""
