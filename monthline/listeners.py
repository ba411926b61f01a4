"""Who listens to what on NATS: every service's durables with their subjects, as the services declare them."""

import importlib
from collections.abc import Mapping

from monthline.registry import SERVICES, has_module

Durables = Mapping[str, tuple[str, ...]]


def listeners() -> dict[str, Durables]:
    """Each service's durables; the directory listens to nobody and has no module of reactions."""
    return {service: _durables(service) for service in SERVICES}


def _durables(service: str) -> Durables:
    if not has_module(service, "reactions"):
        return {}
    found: Durables = importlib.import_module(f"services.{service}.reactions").DURABLES
    return found


def all_durables() -> dict[str, tuple[str, ...]]:
    """The durables of all services."""
    return {durable: subjects for own in listeners().values() for durable, subjects in own.items()}
