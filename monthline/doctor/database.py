"""PostgreSQL as the doctor sees it: its version, its clock and every schema."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import func, select, text

from monthline.deployment import Deployment
from monthline.doctor.verdict import Ill, first_line
from monthline.registry import SERVICES
from shared.migrations.newest import newest
from shared.store.db import Connection, Database

OLDEST = 180000
"""The version that all tests run on; what is older is not known to work."""
MOST_APART = 2.0
"""Seconds by which two clocks may differ; tokens and rungs bear some more."""


async def server(deployment: Deployment) -> str:
    """It answers, and is no older than what this program is tested with."""
    async with _owner(deployment) as (store, connection):
        number = int((await connection.execute(text("show server_version_num"))).scalar_one())
        version = (await connection.execute(text("show server_version"))).scalar_one()
    if number < OLDEST:
        raise Ill(f"PostgreSQL {version} at {store.address} is too old", "use PostgreSQL 18 or newer")
    return f"PostgreSQL {version} at {store.address}"


async def schemas(deployment: Deployment) -> str:
    """Every schema is at the version of this program."""
    found = {}
    for service in SERVICES:
        async with _owner(deployment, deployment.owner(service)) as (store, _):
            found[service] = await store.schema_version(service)
    wrong = {service: have for service, have in found.items() if have != newest(service)}
    if not wrong:
        return f"{len(SERVICES)} schemas at the version of this program"
    said = [f"{name} is at {have or 'no version'} instead of {newest(name)}" for name, have in wrong.items()]
    ahead = all(have is not None and have > newest(name) for name, have in wrong.items())
    newer = "this program is older than the database: use the newer one"
    raise Ill("; ".join(said), newer if ahead else "run: monthline migrate")


async def clock(deployment: Deployment) -> str:
    """The database's clock and this machine's agree: it is the judge of who was first."""
    async with _owner(deployment) as (store, connection):
        before = datetime.now(UTC)
        theirs: datetime = (await connection.execute(select(func.clock_timestamp()))).scalar_one()
        after = datetime.now(UTC)
    apart = max((before - theirs).total_seconds(), (theirs - after).total_seconds(), 0.0)
    if apart > MOST_APART:
        raise Ill(
            f"the clocks of {store.address} and of this machine are {apart:.1f} s apart",
            "let both follow the same time servers (chrony, systemd-timesyncd)",
        )
    return f"clocks agree within {MOST_APART:.0f} s"


@asynccontextmanager
async def _owner(deployment: Deployment, url: str = "") -> AsyncIterator[tuple[Database, Connection]]:
    """The database as its owner sees it."""
    store = Database(url or deployment.database_url, pool=2, name="monthline-doctor")
    try:
        async with asyncio.timeout(15), store.transaction() as connection:
            await connection.execute(text("set transaction read only"))
            yield store, connection
    except Ill:
        raise
    except Exception as error:
        raise Ill(
            f"{store.address} does not answer: {first_line(error.__cause__ or error)}",
            "start PostgreSQL or correct DATABASE_URL",
        ) from error
    finally:
        await store.close()
