"""Owns the calls of webhooks: the name checked, the address called that was checked, little read."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx2

from services.notify.domain.addresses import AddressRefused, Receiver, check_reachable, receiver_of

MOST_READ: Final = 16 * 1024
"""Bytes of an answer that are read; the status is all that counts."""

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class CallRefused(Exception):
    """The receiver did not take the call this time; the text says why."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name; raises OSError when it has none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Caller:
    """Calls webhooks, each within ``seconds`` from the name's resolution to the last byte read.

    No proxy, no redirects, no cookies, no connection kept: a call reaches the address that was
    checked, whatever the name stands for a moment later.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        seconds: float = 10.0,
        resolver: Resolver = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._seconds = seconds
        self._resolver = resolver
        self._tls = tls
        self._transport: httpx2.AsyncHTTPTransport | None = None

    async def check(self, url: str) -> None:
        """Whether ``url`` may be kept.

        Raises:
            AddressRefused: its form, port or any of its addresses is not allowed, or it has none.
        """
        try:
            async with asyncio.timeout(self._seconds):
                await self._addresses(receiver_of(url, allow_private=self._allow_private))
        except TimeoutError:
            raise AddressRefused("name") from None

    async def call(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Post ``body``.

        Raises:
            CallRefused: not allowed, unreachable, too slow, or answered with anything but 2xx.
        """
        try:
            async with asyncio.timeout(self._seconds):
                receiver = receiver_of(url, allow_private=self._allow_private)
                status = await self._post(receiver, await self._addresses(receiver), headers, body)
        except AddressRefused as error:
            raise CallRefused(f"not allowed: {error.code}") from error
        except TimeoutError as error:
            raise CallRefused(f"no answer within {self._seconds:g} s") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise CallRefused(type(error).__name__) from error
        if not 200 <= status < 300:
            raise CallRefused(f"answered {status}")

    async def close(self) -> None:
        """Drop what is still connected."""
        if self._transport is not None:
            await self._transport.aclose()

    async def _addresses(self, receiver: Receiver) -> Sequence[str]:
        try:
            found = await self._resolver(receiver.host, receiver.port)
        except (OSError, UnicodeError):
            raise AddressRefused("name") from None
        # One forbidden address spoils the name: which of them is called is the resolver's choice.
        for address in found:
            check_reachable(address, allow_private=self._allow_private)
        if not found:
            raise AddressRefused("name")
        return found

    async def _post(
        self, receiver: Receiver, addresses: Sequence[str], headers: dict[str, str], body: bytes
    ) -> int:
        for address in addresses[:-1]:
            try:
                return await self._post_to(address, receiver, headers, body)
            except httpx2.ConnectError:
                continue
        return await self._post_to(addresses[-1], receiver, headers, body)

    async def _post_to(self, address: str, receiver: Receiver, headers: dict[str, str], body: bytes) -> int:
        host = f"[{address}]" if ":" in address else address
        scheme = "https" if receiver.secure else "http"
        request = httpx2.Request(
            "POST",
            f"{scheme}://{host}:{receiver.port}{receiver.target}",
            headers=headers | {"Host": receiver.authority, "Connection": "close"},
            content=body,
            # The certificate must be the name's, although the address is called.
            extensions={"sni_hostname": receiver.host, "timeout": httpx2.Timeout(self._seconds).as_dict()},
        )
        response = await self._open().handle_async_request(request)
        try:
            read = 0
            async for part in response.aiter_raw():
                read += len(part)
                if read >= MOST_READ:
                    break
        finally:
            await response.aclose()
        return response.status_code

    def _open(self) -> httpx2.AsyncHTTPTransport:
        if self._transport is None:
            self._transport = httpx2.AsyncHTTPTransport(
                verify=self._tls or True, trust_env=False, limits=httpx2.Limits(max_keepalive_connections=0)
            )
        return self._transport
