"""What stands at the other end in the tests of notify: mail servers and webhook receivers with moods."""

import asyncio
import base64
import hashlib
import hmac
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.background import listening

SECRET_KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(SECRET_KEY).decode()


class MoodyMailServer:
    """Answers each mail with the next of ``moods``, then takes the rest; ``taken`` holds the Message-IDs."""

    def __init__(self, *moods: str) -> None:
        self._moods = list(moods)
        self.tries = 0
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.tries += 1
        mood = self._moods.pop(0) if self._moods else "250 taken"
        if mood == "hang":
            await asyncio.sleep(30)
        if mood.startswith("2") and mood.endswith("slowly"):
            await asyncio.sleep(0.7)
        if mood.startswith("2"):
            self.taken.append(envelope.original_content or b"")
        return mood


class SilentGoodbye(SMTP):
    """A mail server that never answers QUIT."""

    async def smtp_QUIT(self, arg: str) -> None:
        await asyncio.sleep(30)


@asynccontextmanager
async def mail_server(handler: object, kind: type[SMTP] = SMTP) -> AsyncIterator[str]:
    """The URL of an SMTP server that lives as long as the block."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: kind(handler, loop=loop, hostname="mail"), "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@dataclass
class Call:
    """A request as a receiver got it."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def verified(self) -> bool:
        """Whether the signature holds, computed as Standard Webhooks says, with nothing of ours."""
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        digest = hmac.new(SECRET_KEY, signed, hashlib.sha256).digest()
        return hmac.compare_digest(
            self.headers["webhook-signature"], f"v1,{base64.b64encode(digest).decode()}"
        )


Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def status(line: str, *headers: str) -> Answer:
    """Answer with a status line and headers."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join((f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", "")).encode())

    return answer


async def never(writer: asyncio.StreamWriter) -> None:
    """Take the request and say nothing."""
    await asyncio.sleep(30)


@dataclass
class Endless:
    """Answer 200 with a body that does not end; ``sent`` counts its bytes."""

    sent: int = 0

    async def __call__(self, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
            await writer.drain()
            self.sent += 1024


@dataclass
class WebhookReceiver:
    """Answers each call with the next of ``moods``, then with 204; ``calls`` holds what arrived."""

    moods: list[Answer] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection with one request."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = await reader.readexactly(int(headers["content-length"]))
            self.calls.append(Call(head[0].split(" ")[1], headers, body))
            await (self.moods.pop(0) if self.moods else status("204 No Content"))(writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass


@asynccontextmanager
async def receiving(receiver: WebhookReceiver, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The URL of a webhook receiver that lives as long as the block."""
    async with listening(receiver.take, tls) as port:
        yield f"http://127.0.0.1:{port}/hook"
