"""Tests of the company's files: reading, refusing, linting, loading."""
