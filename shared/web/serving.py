"""The HTTP server of a process: it listens before all else, has no signals, waits for nobody for ever."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI, Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.base.diagnosis import Unfit

GRACE = 15
"""Seconds that requests under way are given when a process ends; only then its worker stops."""
PATIENCE = 20.0
"""Seconds within which a caller has to have sent a whole request, counted from its first byte or, on a new
connection, from the beginning: who sends nothing keeps no connection from others."""
ON_ITS_WAY = 1.0
"""Seconds that the request of somebody who has connected may still take when the server stops."""
MOST_BESIDE_BODY = 64 * 1024
"""Bytes that a request may have beside its body: request line, headers, the frames of chunks, trailers.
Frames and trailers that come in one read with the end of their request are not counted."""
TOO_LARGE = 431
TOO_LARGE_SO_FAR = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)
MOST_CONNECTIONS = 1000
BACKLOG = 2048
FIX = "end what has this address, or correct HTTP_PORT (HTTP_HOST)"


class Server(uvicorn.Server):
    """A server whose signals belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield

    async def listen(self) -> list[socket.socket]:
        """The sockets to serve on: taken before anything else begins, for who cannot listen ends.

        Raises:
            Unfit: the address cannot be had; the text names the settings.
        """
        host, port, loop = self.config.host, self.config.port, asyncio.get_running_loop()
        sockets: list[socket.socket] = []
        try:
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            for family, _, _, _, address in dict.fromkeys(found):
                if (made := _opened(family)) is not None:
                    sockets.append(made)
                    _listen(made, address)
        except OSError as error:
            for one in sockets:
                one.close()
            why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
            raise Unfit(
                f"cannot listen at HTTP_HOST={host} HTTP_PORT={port}: {why}", FIX, final=True
            ) from error
        return sockets

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening when those who have connected by now have been let in, and answer them."""
        for _ in range(2):
            await asyncio.sleep(0)
        await super().shutdown(sockets)


class Impatient(HttpToolsProtocol):
    """A connection that is closed when a request does not arrive in time, or has too much of a head."""

    patience = PATIENCE
    _waiting: asyncio.TimerHandle | None = None
    _leaving = False
    _beside_body = 0
    _answerable = True

    def connection_made(self, transport: Any) -> None:
        """A caller has connected."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Bytes have come; what is no body is kept in memory until the request is whole."""
        self._beside_body += len(data)
        super().data_received(data)
        if self._beside_body > MOST_BESIDE_BODY and not self.transport.is_closing():
            if self._answerable and getattr(self.cycle, "response_complete", True):
                self.transport.write(TOO_LARGE_SO_FAR)
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request has come."""
        self._answerable = True
        super().on_message_begin()
        self._wait()

    def on_body(self, body: bytes) -> None:
        """A part of the body has come, which the application bounds."""
        self._beside_body -= len(body)
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """The request is known, but for its body."""
        self._answerable = False
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        too_large = size > MOST_BESIDE_BODY
        if too_large:
            # Its answer comes in its turn, and is the last on this connection.
            self.app, self._beside_body = Response(status_code=TOO_LARGE), 0
        super().on_headers_complete()
        if self._leaving or too_large:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """The last byte of a request has come."""
        self._waited()
        self._beside_body = 0
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The caller is gone."""
        self._waited()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The server stops: a request that is on its way is still answered, and no other after it."""
        self._leaving = True
        if not getattr(self.cycle, "response_complete", True):
            self.cycle.keep_alive = False
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


def _opened(family: socket.AddressFamily) -> socket.socket | None:
    """A socket of this family; None where the machine knows it by name alone."""
    try:
        return socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None


def _listen(made: socket.socket, address: Any) -> None:
    """Have the address for certain: sockets that are bound and do not listen can share one."""
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if made.family == socket.AF_INET6:
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(address)
    made.listen(BACKLOG)
    made.setblocking(False)


async def serve_alone(server: Server) -> None:
    """Serve until this process is told to stop; for one that has nothing else to do.

    Raises:
        Unfit: the address cannot be had.
    """
    sockets = await server.listen()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, setattr, server, "should_exit", True)
    await server.serve(sockets)


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
            backlog=BACKLOG,
        )
    )
