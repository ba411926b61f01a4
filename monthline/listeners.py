"""Who listens to what on NATS: every service's durables with their subjects, as the services declare them."""

import importlib
import importlib.util
from collections.abc import Mapping

from shared.migrations.run import SERVICES

Durables = Mapping[str, tuple[str, ...]]


def listeners() -> dict[str, Durables]:
    """Each service's durables; the directory listens to nobody and has no module of reactions."""
    return {service: _durables(service) for service in SERVICES}


def _durables(service: str) -> Durables:
    if importlib.util.find_spec(f"services.{service}.reactions") is None:
        return {}
    found: Durables = importlib.import_module(f"services.{service}.reactions").DURABLES
    return found


def all_durables() -> dict[str, tuple[str, ...]]:
    """The durables of all services."""
    return {durable: subjects for own in listeners().values() for durable, subjects in own.items()}
