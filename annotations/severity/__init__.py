"""Severity: from grades, the same in SQL, and its cache on image rows."""
