"""Protections and how to take each out of a running process; the product itself has no such switch."""

import importlib
import pkgutil

from faults.unprotected.registry import CONSTRAINTS, REMOVALS, remove

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["CONSTRAINTS", "REMOVALS", "remove"]
