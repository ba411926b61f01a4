"""A TCP link that can be disturbed: delayed, stopped one way, cut, reset, or robbed of its answers."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
CHUNK = 65536
ABORT = struct.pack("ii", 1, 0)
"""Linger for no time at all: closing sends a reset."""


@dataclass
class Disturbance:
    """What happens to the bytes of a link; the default does nothing.

    ``refuse`` resets whoever connects. ``swallow`` takes the answers away and resets the caller once
    one has come. ``hold_up`` and ``hold_down`` keep bytes back until they are let go. ``cut_after`` is
    how many bytes of answers a connection may still bring. ``on_request`` is shown every piece of a
    request: ``"reset"`` loses it, ``"answerless"`` passes it on and loses its answer.
    """

    delay: float = 0.0
    refuse: bool = False
    swallow: bool = False
    hold_up: bool = False
    hold_down: bool = False
    cut_after: int | None = None
    on_request: Callable[[bytes], str | None] | None = None


class Link:
    """Listens on a port and passes everything on to ``target``, as far as its disturbance lets it."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.disturbance = Disturbance()
        self.lost = 0
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, LOOPBACK, 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.reset()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def disturb(self, disturbance: Disturbance) -> None:
        """From now on, also on connections that are open."""
        self.disturbance = disturbance

    def heal(self) -> None:
        """As if nothing had been; what was held back goes on."""
        self.disturbance = Disturbance()

    def reset(self) -> None:
        """Reset every open connection, in both directions."""
        for connection in list(self._open):
            connection.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.disturbance.refuse:
            _abort(writer)
            return
        try:
            up = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            _abort(writer)
            return
        connection = _Connection(self, (reader, writer), up)
        self._open.add(connection)
        try:
            await connection.run()
        finally:
            self._open.discard(connection)


Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Connection:
    def __init__(self, link: Link, near: Side, far: Side) -> None:
        self._link = link
        self._near = near
        self._far = far
        self._answerless = False
        self._brought = 0

    def abort(self) -> None:
        for _, writer in (self._near, self._far):
            _abort(writer)

    async def run(self) -> None:
        pumps = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            # The other direction may still have a last word to pass on.
            await asyncio.wait(pumps, timeout=0.2)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for _, writer in (self._near, self._far):
                with contextlib.suppress(Exception):
                    writer.close()

    async def _up(self) -> None:
        reader, writer = self._near[0], self._far[1]
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._wait(lambda wished: wished.hold_up)
                asked = self._link.disturbance.on_request
                verdict = asked(data) if asked else None
                if verdict == "reset":
                    self._lose()
                    return
                self._answerless = self._answerless or verdict == "answerless"
                writer.write(data)
                await writer.drain()

    async def _down(self) -> None:
        reader, writer = self._far[0], self._near[1]
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._wait(lambda wished: wished.hold_down)
                wished = self._link.disturbance
                if self._answerless or wished.swallow:
                    self._lose()
                    return
                if wished.cut_after is not None and self._brought + len(data) > wished.cut_after:
                    writer.write(data[: max(wished.cut_after - self._brought, 0)])
                    self._lose()
                    return
                self._brought += len(data)
                writer.write(data)
                await writer.drain()

    def _lose(self) -> None:
        self._link.lost += 1
        self.abort()

    async def _wait(self, held: Callable[[Disturbance], bool]) -> None:
        if self._link.disturbance.delay:
            await asyncio.sleep(self._link.disturbance.delay)
        while held(self._link.disturbance):
            await asyncio.sleep(0.02)


def _abort(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(Exception):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    with contextlib.suppress(Exception):
        writer.transport.abort()
