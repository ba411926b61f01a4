"""Builds the connections of a service from its settings, without connecting."""

from dataclasses import dataclass

from temporalio.client import Client

from shared.base.settings import Settings
from shared.bus.connection import tls_of
from shared.bus.jetstream import Bus
from shared.engine import temporal
from shared.engine.lifecycle_client import LifecycleClient
from shared.store.db import Database
from shared.web.rate_limits import RateLimits
from shared.web.tokens import TokenReader


@dataclass(frozen=True)
class Connections:
    """The connections of one process."""

    settings: Settings
    database: Database
    bus: Bus
    client: Client
    engine: LifecycleClient
    tokens: TokenReader


async def connections(settings: Settings, name: str) -> Connections:
    """The connections that ``settings`` describe, for the service ``name``."""
    client = await temporal.connect(settings)
    return Connections(
        settings=settings,
        database=Database(settings.database_url, pool=settings.database_pool, name=f"monthline-{name}"),
        bus=Bus(settings.nats_url, name=f"monthline-{name}", tls=tls_of(settings)),
        client=client,
        engine=LifecycleClient(client),
        tokens=TokenReader(
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            jwks_url=str(settings.oidc_jwks_url),
            algorithms=settings.oidc_algorithms,
        ),
    )


def rate_limits_of(settings: Settings) -> RateLimits:
    """The bounds that ``settings`` set to how often somebody may ask."""
    return RateLimits.of(
        person=settings.rate_per_person, plan=settings.rate_per_plan, sign_in=settings.rate_of_bad_tokens
    )
