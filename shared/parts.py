"""What every service is composed of, made from its settings; making it connects to nothing."""

from dataclasses import dataclass

from sqlalchemy import MetaData
from temporalio.client import Client

from shared import temporal
from shared.auth import TokenReader
from shared.bus import Bus
from shared.commands import Commands
from shared.db import Database, metadata_for
from shared.engine import Engine
from shared.nats_connection import tls_of
from shared.org.copy import OrgCopy
from shared.outbox import Outbox
from shared.rates import Rates
from shared.settings import Settings


@dataclass(frozen=True)
class Parts:
    """The connections of one process."""

    settings: Settings
    database: Database
    bus: Bus
    client: Client
    engine: Engine
    tokens: TokenReader


async def parts(settings: Settings, name: str) -> Parts:
    """The connections that ``settings`` describe, for the service ``name``."""
    client = await temporal.connect(settings)
    return Parts(
        settings=settings,
        database=Database(settings.database_url, pool=settings.database_pool, name=f"monthline-{name}"),
        bus=Bus(settings.nats_url, name=f"monthline-{name}", tls=tls_of(settings)),
        client=client,
        engine=Engine(client),
        tokens=TokenReader(
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            jwks_url=str(settings.oidc_jwks_url),
            algorithms=settings.oidc_algorithms,
        ),
    )


def rates_of(settings: Settings) -> Rates:
    """The bounds that ``settings`` set to how often somebody may ask."""
    return Rates.of(
        person=settings.rate_per_person, plan=settings.rate_per_plan, sign_in=settings.rate_of_bad_tokens
    )


@dataclass(frozen=True)
class Tables:
    """The tables that every service has in its own schema."""

    metadata: MetaData
    outbox: Outbox
    commands: Commands
    org: OrgCopy


def tables(schema: str) -> Tables:
    """Declare the common tables of a service's schema; a ``store`` adds its own to the metadata."""
    metadata = metadata_for(schema)
    return Tables(metadata, Outbox(metadata, schema), Commands(metadata), OrgCopy(metadata))
