"""Real parts for tests: Redis, Celery workers, a whole server, Chromium, PostgreSQL."""
