"""All SQL of the scoring service."""
