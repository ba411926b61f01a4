"""Reading a deployment for an audit: every schema as its own role, the engine, the stream."""

from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from temporalio.client import Client

from monthline.audit import engine, rows, stream
from monthline.audit.facts import Facts, Said
from monthline.deployment import Deployment
from monthline.listeners import all_durables
from monthline.provision import connect_engine
from monthline.registry import SERVICES
from shared.base.tasks import within
from shared.bus.connection import tls_of
from shared.bus.jetstream import Bus
from shared.store.db import Database

CONNECT = 10.0


class Unreadable(Exception):
    """A server cannot be read; ``variable`` names the setting that says where it is."""

    def __init__(self, server: str, variable: str, reason: str) -> None:
        super().__init__(f"{server} cannot be read: {reason}")
        self.variable = variable


class Reader:
    """Holds the connections of one audit; nothing it does changes anything."""

    def __init__(self, deployment: Deployment, driver: tuple[Said, ...] = ()) -> None:
        self._deployment = deployment
        self.driver = driver
        self._exits = AsyncExitStack()
        self._databases: dict[str, Database] = {}
        self._client: Client | None = None
        self._bus: Bus | None = None

    async def __aenter__(self) -> Self:
        for service in SERVICES:
            database = Database(self._deployment.dsn(service), pool=1, name="monthline-audit")
            self._databases[service] = database
            self._exits.push_async_callback(database.close)
        try:
            await self._connect()
        except BaseException:
            await self._exits.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exits.aclose()

    async def _connect(self) -> None:
        bus = Bus(self._deployment.nats_url, name="monthline-audit", tls=tls_of(self._deployment))
        try:
            await bus.connect_within(CONNECT)
        except Exception as error:
            raise Unreadable("NATS", "NATS_URL", _reason(error)) from error
        self._bus = bus
        self._exits.push_async_callback(bus.close)
        try:
            async with within(CONNECT):
                self._client = await connect_engine(self._deployment)
        except Exception as error:
            raise Unreadable("Temporal", "TEMPORAL_ADDRESS", _reason(error)) from error

    async def read(self) -> Facts:
        """Everything at about one instant; raises Unreadable.

        The engine is read last, so that a lifecycle may be ahead of its row and not behind it; the
        caller reads again what does not agree.
        """
        assert self._bus is not None
        assert self._client is not None
        found: dict[str, Any] = {"driver": self.driver, "listeners": all_durables()}
        for service, database in self._databases.items():
            try:
                part = await rows.read(database, service)
            except Exception as error:
                raise Unreadable(
                    database.address, f"{service.upper()}_DATABASE_URL", _reason(error)
                ) from error
            merge(found, part)
        try:
            found["consumers"] = await stream.consumers(self._bus)
        except Exception as error:
            raise Unreadable("NATS", "NATS_URL", _reason(error)) from error
        try:
            seen = await engine.lifecycles(self._client, self._deployment.company, found["plans"])
            found["lifecycles"] = seen
        except Exception as error:
            raise Unreadable("Temporal", "TEMPORAL_ADDRESS", _reason(error)) from error
        return Facts(**found)


def merge(found: dict[str, Any], part: dict[str, Any]) -> None:
    """Rows of one kind from several services stand beside each other; of the rest the last one holds."""
    for name, value in part.items():
        if isinstance(value, tuple) and name != "connections":
            found[name] = found.get(name, ()) + value
        elif isinstance(value, dict):
            found[name] = found.get(name, {}) | value
        elif isinstance(value, datetime):
            found[name] = max(value, found.get(name, value))
        else:
            found[name] = value


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer"
    cause = error.__cause__ or error
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0][:300]
