"""The faults, each a small function under its number; importing this package registers all of them."""

import importlib
import pkgutil

from faults.cases.registry import CASES, Case

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["CASES", "Case"]
