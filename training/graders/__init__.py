"""Severity graders: one small ordinal network per graded defect type."""
