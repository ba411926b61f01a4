"""The HTTP server of a process: whose signals are not its own, and who waits for nobody for ever."""

import asyncio
import contextlib
from collections.abc import Iterator
from socket import socket
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE = 15
"""Seconds that requests under way are given when a process ends; only then its worker stops."""
PATIENCE = 20.0
"""Seconds within which a caller has to have sent a whole request, counted from its first byte or, on a new
connection, from the beginning: who sends nothing keeps no connection from others."""
ON_ITS_WAY = 1.0
"""Seconds that the request of somebody who has connected may still take when the server stops."""
MOST_CONNECTIONS = 1000


class Server(uvicorn.Server):
    """A server whose signals belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        """Stop listening when those who have connected by now have been let in, and answer them."""
        for _ in range(2):
            await asyncio.sleep(0)
        await super().shutdown(sockets)


class Impatient(HttpToolsProtocol):
    """A connection that is closed when a request does not arrive in time."""

    patience = PATIENCE
    _waiting: asyncio.TimerHandle | None = None
    _leaving = False

    def connection_made(self, transport: Any) -> None:
        """A caller has connected."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """The request is known, but for its body."""
        super().on_headers_complete()
        if self._leaving:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        self._waited()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._waited()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: a request that is on its way is still answered, and no other after it."""
        self._leaving = True
        if self._waiting is None:
            super().shutdown()
            return
        self._waited()
        self._wait(min(self.patience, ON_ITS_WAY))

    def _wait(self, seconds: float | None = None) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(seconds or self.patience, self._give_up)

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
