"""Tests of the plan linter."""
