"""The review service owns review rounds, comments and decisions, and who may decide now."""
