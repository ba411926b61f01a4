"""Owns the connections to the SMTP server: opened when needed, and kept for as long as mails follow."""

import asyncio
import ssl
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import unquote, urlsplit

import aiosmtplib

MOST_MAILS: Final = 50
"""Mails over one connection; mail servers end those that carry many more."""
STILL_THERE: Final = 2.0
"""Seconds within which a kept connection has to answer before it carries the next mail."""
GOODBYE: Final = 2.0
Answer = TypeVar("Answer")
_PORTS: Final = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True)
class SmtpServer:
    """Where mails are handed over. With a user, the password is sent under TLS only."""

    host: str
    port: int
    secure: bool = False
    username: str | None = None
    password: str | None = None

    @classmethod
    def at(cls, url: str) -> "SmtpServer":
        """The server of an ``smtp://[user:password@]host[:port]`` or ``smtps://`` URL.

        Raises:
            ValueError: it is no such URL; the text does not repeat it.
        """
        refused = ValueError("SMTP_URL reads smtp://[user:password@]host[:port] or smtps://…")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise refused from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise refused
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            secure=parts.scheme == "smtps",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


@dataclass
class Line:
    """One connection, and how many mails it has carried."""

    client: aiosmtplib.SMTP
    carried: int = 0

    async def answers(self) -> bool:
        """Whether the server is still there and begins anew."""
        if not self.client.is_connected:
            return False
        try:
            async with asyncio.timeout(STILL_THERE):
                await self.client.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return False
        return True

    async def end(self) -> None:
        """Say goodbye; a server that has taken a mail and then hangs has taken it all the same."""
        try:
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(GOODBYE):
                    if self.client.is_connected:
                        await self.client.quit()
        finally:
            self.client.close()


class Lines:
    """The connections to one server: to begin one, with TLS and login, costs both sides more than a mail."""

    def __init__(
        self, server: SmtpServer, *, name: str, seconds: float, tls: ssl.SSLContext | None = None
    ) -> None:
        self._server = server
        self._name = name
        self._seconds = seconds
        self._tls = tls
        self._kept: list[Line] = []

    async def take(self) -> Line:
        """A line that stands: the one used last, or a new one.

        Raises:
            aiosmtplib.SMTPException, OSError, ValueError: there is none to be had.
        """
        while self._kept:
            line = self._kept.pop()
            if await _or_closed(line, line.answers()):
                return line
            line.client.close()
        line = Line(self._client())
        await _or_closed(line, line.client.connect())
        return line

    def keep(self, line: Line) -> Line | None:
        """Keep a line that has carried a mail for the next; it comes back when it has carried enough."""
        line.carried += 1
        if line.carried >= MOST_MAILS:
            return line
        self._kept.append(line)
        return None

    async def end(self) -> None:
        """End the lines that nobody has taken."""
        kept, self._kept = self._kept, []
        await asyncio.gather(*(line.end() for line in kept))

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.secure,
            start_tls=self._start_tls(),
            tls_context=self._tls,
            local_hostname=self._name,
            timeout=self._seconds,
        )

    def _start_tls(self) -> bool | None:
        if self._server.secure:
            return False
        return True if self._server.username else None


async def _or_closed(line: Line, asking: Awaitable[Answer]) -> Answer:
    """What a line answers; one whose answer nobody waits for any more is closed."""
    try:
        return await asking
    except BaseException:
        line.client.close()
        raise
