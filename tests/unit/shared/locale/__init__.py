"""Tests of shared.locale."""
