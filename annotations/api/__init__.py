"""The REST calls of projects, images, boxes, leases and the review queue."""
