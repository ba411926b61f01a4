"""All SQL of the review service."""
