"""Tests of shared.base."""
