"""Tests of shared.engine."""
