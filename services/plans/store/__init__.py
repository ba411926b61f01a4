"""All SQL of the plan service."""
