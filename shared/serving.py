"""The HTTP server of a process: whose signals are not its own, and who waits for nobody for ever."""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE = 15
"""Seconds that requests under way are given when a process ends; only then its worker stops."""
PATIENCE = 20.0
"""Seconds within which a caller has to have sent a whole request, counted from its first byte or, on a new
connection, from the beginning: who sends nothing keeps no connection from others."""
MOST_CONNECTIONS = 1000


class Server(uvicorn.Server):
    """A server whose signals belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class Impatient(HttpToolsProtocol):
    """A connection that is closed when a request does not arrive in time."""

    patience = PATIENCE
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A caller has connected."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        super().on_message_begin()
        self._wait()

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        self._waited()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._waited()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(self.patience, self._give_up)

    def _waited(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        self._waiting = None
        if not self.transport.is_closing():
            self.transport.close()


def server(app: FastAPI, host: str, port: int, *, behind: str | None = None) -> Server:
    """The server of an application, not started yet; ``behind`` names the proxies that are believed."""
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            forwarded_allow_ips=behind,
            http=Impatient,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=GRACE,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
        )
    )
