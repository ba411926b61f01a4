"""Servers that integration tests share; unit tests ask for none of them and open no socket."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from monthline.embedded import EmbeddedServers
from monthline.registry import SERVICES
from shared.base import log
from shared.base.tasks import end
from shared.bus.jetstream import Bus, provision
from shared.store.db import Database
from tests.support.databases import close_owner, database_for, empty, migrate_all
from tests.support.garbage import settle
from tests.support.limits import (
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_setup,
    pytest_runtest_teardown,
)

__all__ = ["pytest_configure", "pytest_runtest_call", "pytest_runtest_setup", "pytest_runtest_teardown"]

# Unconfigured, structlog draws every traceback with all its locals, for seconds each.
log.configure("tests", level="WARNING")


def pytest_collection_finish() -> None:
    """Keep what the test modules have imported out of every later collection."""
    settle()


@pytest.fixture(scope="session")
async def loop() -> asyncio.AbstractEventLoop:
    """The event loop of all tests and fixtures."""
    return asyncio.get_running_loop()


@pytest.fixture(autouse=True)
def nothing_left_running(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """What a test began in the background has ended with it; else it disturbs others, or never ends."""
    before = asyncio.all_tasks(loop)
    yield
    if left := asyncio.all_tasks(loop) - before:
        _, left = loop.run_until_complete(asyncio.wait(left, timeout=1))
        loop.run_until_complete(end(left))
        assert not left, f"still running after the test: {left}"


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """PostgreSQL, NATS and Temporal on free ports, without durability."""
    with (
        tempfile.TemporaryDirectory(prefix="monthline-", ignore_cleanup_errors=True) as folder,
        EmbeddedServers(Path(folder), durable=False, headless=True) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def owner_url(servers: EmbeddedServers) -> Iterator[str]:
    """The database's owner, every service's schema migrated."""
    migrate_all(servers.postgres.url)
    yield servers.postgres.url
    close_owner(servers.postgres.url)


@pytest.fixture(scope="session")
async def pools(owner_url: str) -> AsyncIterator[dict[str, Database]]:
    """Each service's database as its own role, opened once: logging in is slower than most tests."""
    opened = {service: database_for(owner_url, service) for service in SERVICES}
    yield opened
    for one in opened.values():
        await one.close()


@pytest.fixture
def databases(owner_url: str, pools: dict[str, Database]) -> Callable[[str], Database]:
    """``databases("plans")`` is that service's database, empty when the test first asks for it."""
    emptied: set[str] = set()

    def database(service: str) -> Database:
        if service not in emptied:
            empty(owner_url, service)
            emptied.add(service)
        return pools[service]

    return database


@pytest.fixture
async def bus(servers: EmbeddedServers) -> AsyncIterator[Bus]:
    """A connection to NATS with Monthline's stream in place."""
    connected = Bus(servers.nats.url, name="tests")
    await connected.connect_within(20)
    await provision(connected)
    yield connected
    await connected.close()
