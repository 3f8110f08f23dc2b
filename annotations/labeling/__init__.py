"""What people do to an image: boxes, review, leases, comments, requests for help."""
