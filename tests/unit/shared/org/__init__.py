"""Tests of shared.org."""
