"""Tests of Blemish."""
