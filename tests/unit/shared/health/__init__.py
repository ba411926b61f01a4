"""Tests of shared.health."""
