"""REST below /api/: the session, the token, statistics, and the addresses of all four apps."""
