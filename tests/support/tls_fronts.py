"""TLS before servers built without it: as PostgreSQL is asked for it, and as gRPC expects it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from monthline.embedded.ports import LOOPBACK
from shared.base.tasks import end
from tests.support.background import listening
from tests.support.certificates import Authority, Pair

SSL_REQUEST = (80877103).to_bytes(4, "big")
GSS_REQUEST = (80877104).to_bytes(4, "big")


class Front:
    """Listens on ``port``; ``refused`` counts those who came to PostgreSQL without asking for TLS."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = 0
        self.carried = 0
        self.refused = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry bytes both ways until one side ends."""
        self.carried += 1
        with suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection(LOOPBACK, self._target)
            ways = [
                asyncio.create_task(_pipe(reader, inner_writer)),
                asyncio.create_task(_pipe(inner_reader, writer)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                inner_writer.close()
                await end(ways)

    async def secure_postgres(
        self, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """PostgreSQL's beginning: the client asks whether TLS is spoken, and speaks it after an ``S``."""
        with suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            asked = await reader.readexactly(8)
            while asked[4:] == GSS_REQUEST:
                writer.write(b"N")
                asked = await reader.readexactly(8)
            if asked[4:] == SSL_REQUEST:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(context)
                await self.carry(reader, writer)
            else:
                self.refused += 1


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


def _context(pair: Pair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    return context


@asynccontextmanager
async def postgres_over_tls(target: int, pair: Pair) -> AsyncIterator[Front]:
    """A front of PostgreSQL that refuses whoever does not ask for TLS."""
    front, context = Front(target), _context(pair)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await front.secure_postgres(context, reader, writer)

    async with listening(serve) as front.port:
        yield front


@asynccontextmanager
async def grpc_over_mutual_tls(target: int, pair: Pair, clients: Authority) -> AsyncIterator[Front]:
    """A front of Temporal that lets in clients with a certificate of ``clients`` alone."""
    front, context = Front(target), _context(pair)
    context.load_verify_locations(clients.certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    async with listening(front.carry, context) as front.port:
        yield front
