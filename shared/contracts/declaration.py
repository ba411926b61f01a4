"""What a deployment has to know of a service, declared by each in ``services/NAME/declaration.py``."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.values import Text


@dataclass(frozen=True)
class ServiceDeclaration:
    """One service. Its schema, its roles on PostgreSQL and NATS and its task queue are called by its name.

    What it tells and hears is not declared: events name their owner, ``reactions.DURABLES`` the subjects.
    """

    name: str
    port: int
    """Where ``monthline up`` and docker compose publish its API."""
    called: str
    """How descriptions of settings name it, such as "the plan service"."""
    does: Text
    """Its line in the tables of processes."""
    engine: bool = True
    """Whether it talks to Temporal, and so is given the keys of payloads and the client certificate."""
    settings: Mapping[str, str | None] = field(default_factory=dict)
    """Variables that it alone reads, with the default of docker compose; None where the process has one."""
