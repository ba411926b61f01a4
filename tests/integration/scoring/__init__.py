"""Tests of scoring on a real database."""
