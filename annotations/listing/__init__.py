"""Lists of images: filters, order and pages, and what a set of images holds."""
