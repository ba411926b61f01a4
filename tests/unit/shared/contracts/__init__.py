"""Tests of shared.contracts."""
