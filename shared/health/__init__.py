"""Liveness, readiness, metrics, and the checks before a process begins work."""
