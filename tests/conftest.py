"""Servers that integration tests share; unit tests ask for none of them and open no socket."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from monthline.embedded import EmbeddedServers
from shared import log
from shared.bus import Bus, provision
from shared.db import Database
from tests.support.databases import database_for, empty, migrate_all

# Unconfigured, structlog draws every traceback with all its locals, for seconds each.
log.configure("tests", level="WARNING")


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL, NATS and Temporal on free ports, without durability."""
    with (
        tempfile.TemporaryDirectory(prefix="monthline-", ignore_cleanup_errors=True) as folder,
        EmbeddedServers(Path(folder), durable=False, headless=True) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def owner_url(servers: EmbeddedServers) -> str:
    """The database's owner, every service's schema migrated."""
    migrate_all(servers.postgres.url)
    return servers.postgres.url


@pytest.fixture
async def databases(owner_url: str) -> AsyncIterator[Callable[[str], Database]]:
    """``databases("plans")`` is that service's database, empty, as the service's own role."""
    opened: dict[str, Database] = {}

    def database(service: str) -> Database:
        if service not in opened:
            empty(owner_url, service)
            opened[service] = database_for(owner_url, service)
        return opened[service]

    yield database
    for one in opened.values():
        await one.close()


@pytest.fixture
async def bus(servers: EmbeddedServers) -> AsyncIterator[Bus]:
    """A connection to NATS with Monthline's stream in place."""
    connected = Bus(servers.nats.url, name="tests")
    await connected.connect()
    await provision(connected)
    yield connected
    await connected.close()
