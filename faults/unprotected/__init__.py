"""Protections and how to take each out of a running process; the product itself has no such switch."""

from faults.unprotected.removals import CONSTRAINTS, REMOVALS, remove

__all__ = ["CONSTRAINTS", "REMOVALS", "remove"]
