"""Clients whose every attempt is counted: what became unknown, and what was turned away."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from bench.ground import Ground
from monthline.demo.issuer import Signer, SigningKey
from monthline.demo.stack import ISSUER, Clients
from monthline.embedded.ports import LOOPBACK

TIMEOUT = httpx2.Timeout(20.0)
LIMITS = httpx2.Limits(max_connections=200, max_keepalive_connections=100)


@dataclass
class Attempts:
    """Counts of changes; ``unknown`` are 202 and connections that broke, whatever came of them later."""

    unknown: int = 0
    turned_away: int = 0


class _Counting(httpx2.AsyncBaseTransport):
    """Passes every request on and counts what became of it."""

    def __init__(self, attempts: Attempts) -> None:
        self._inner = httpx2.AsyncHTTPTransport(limits=LIMITS)
        self._attempts = attempts

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        change = request.method != "GET"
        try:
            answer = await self._inner.handle_async_request(request)
        except httpx2.ConnectError:
            # Nobody was there to take it: it is known not to have been done.
            self._attempts.turned_away += change
            raise
        except httpx2.TransportError:
            self._attempts.unknown += change
            raise
        self._attempts.unknown += change and answer.status_code == httpx2.codes.ACCEPTED
        self._attempts.turned_away += change and answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


@asynccontextmanager
async def watched_clients(ground: Ground) -> AsyncIterator[tuple[Clients, Attempts]]:
    """Clients like the stack's own, with the count of their attempts."""
    attempts = Attempts()
    issuer = urlsplit(ground.stack.addresses[ISSUER]).port or 0
    signer = Signer(LOOPBACK, issuer, SigningKey.kept_in(ground.folder.path / "issuer"))
    async with httpx2.AsyncClient(transport=_Counting(attempts), timeout=TIMEOUT) as http:
        yield Clients(http, ground.stack.addresses, signer), attempts
