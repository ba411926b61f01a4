"""Owns the demo's mail sink: an SMTP server on this machine alone, and the inbox that shows what it took."""

import argparse
import asyncio
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware

from monthline.demo.mail_page import Mail, render_page
from monthline.demo.serving import require_loopback, serving

HOST = "127.0.0.1"
KEEP = 5000
SHOWN = 300
LARGEST = 1024 * 1024
POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


class MailFolder:
    """The mails in a folder, one ``.eml`` file each; the newest ``keep`` are held in memory."""

    def __init__(self, folder: Path, *, keep: int = KEEP) -> None:
        self._folder = folder
        self._keep = keep
        folder.mkdir(parents=True, exist_ok=True)
        files = sorted(folder.glob("[0-9]*T[0-9]*-*.eml"))[-keep:]
        self._mails = [_read(file.stem, file.read_bytes()) for file in files]

    def add(self, raw: bytes) -> Mail:
        """Keep a mail: a reader of the folder never sees half of one."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{uuid4().hex[:8]}"
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(raw)
        unfinished.rename(self._folder / f"{name}.eml")
        mail = _read(name, raw)
        self._mails = [*self._mails, mail][-self._keep :]
        return mail

    def newest(self, to: str = "", limit: int = KEEP) -> list[Mail]:
        """Mails, newest first; to one address, when it is given."""
        return [mail for mail in reversed(self._mails) if not to or to in mail.to][:limit]

    def addresses(self) -> list[str]:
        """Everybody who got a mail."""
        return sorted({address for mail in self._mails for address in mail.to})

    def __len__(self) -> int:
        return len(self._mails)


class _Handler:
    """What the SMTP server does with a mail."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        self._folder.add(content)
        return "250 kept"


class MailShown(BaseModel):
    """A mail as ``/mails.json`` tells it."""

    id: str
    at: datetime
    sender: str
    to: list[str]
    subject: str
    text: str


class MailsShown(BaseModel):
    """Mails, newest first; ``total`` counts those that the filter and the limit left out too."""

    total: int
    mails: list[MailShown]


def mail_app(folder: MailFolder) -> FastAPI:
    """The inbox over a folder; it answers to this machine's own names only."""
    app = FastAPI(title="Monthline demo mails", docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])

    @app.get("/", response_class=HTMLResponse)
    async def page(to: Annotated[str, Query(max_length=300)] = "") -> HTMLResponse:
        nonce = secrets.token_urlsafe(16)
        html = render_page(
            folder.newest(to, SHOWN), total=len(folder), addresses=folder.addresses(), chosen=to, nonce=nonce
        )
        headers = {"Content-Security-Policy": POLICY.format(nonce=nonce), "Cache-Control": "no-store"}
        return HTMLResponse(html, headers=headers)

    @app.get("/mails.json")
    async def mails(
        to: Annotated[str, Query(max_length=300)] = "", limit: Annotated[int, Query(ge=1, le=KEEP)] = 1000
    ) -> MailsShown:
        shown = [MailShown.model_validate(mail, from_attributes=True) for mail in folder.newest(to, limit)]
        return MailsShown(total=len(folder), mails=shown)

    return app


@asynccontextmanager
async def receiving(folder: MailFolder, host: str, port: int) -> AsyncIterator[int]:
    """Takes mails on a loopback address for the length of the block; yields the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            _Handler(folder), loop=loop, hostname="localhost", data_size_limit=LARGEST, enable_SMTPUTF8=True
        ),
        require_loopback(host),
        port,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def serve(folder: Path, smtp_port: int, http_port: int) -> None:
    """Take and show mails until the process is told to stop."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    mails = MailFolder(folder)
    async with receiving(mails, HOST, smtp_port), serving(mail_app(mails), HOST, http_port):
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """The program: ``python -m monthline.demo.mail --smtp-port 1025 --http-port 8025 --dir mails``."""
    parser = argparse.ArgumentParser(prog="python -m monthline.demo.mail", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True, help="port that takes mails")
    parser.add_argument("--http-port", type=int, required=True, help="port of the inbox page")
    parser.add_argument("--dir", type=Path, required=True, help="folder the mails are kept in")
    given = parser.parse_args(arguments)
    try:
        asyncio.run(serve(given.dir, given.smtp_port, given.http_port))
    except OSError as error:
        print(f"mail: {error}", file=sys.stderr)
        sys.exit(1)


def _read(name: str, raw: bytes) -> Mail:
    at = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    try:
        message = message_from_bytes(raw, policy=default)
        sender, to = _addresses(message, "From"), _addresses(message, "To")
        subject, text = str(message.get("Subject", "")), _text(message)
    except Exception:
        # The parser fails in many ways on what is no mail; a sink shows that too, as it came.
        return Mail(id=name, at=at, sender="", to=(), subject="", text=raw.decode("utf-8", "replace"))
    return Mail(id=name, at=at, sender=", ".join(sender), to=to, subject=subject, text=text)


def _addresses(message: EmailMessage, header: str) -> tuple[str, ...]:
    found: Any = message.get(header)
    return tuple(address.addr_spec for address in getattr(found, "addresses", ()))


def _text(message: EmailMessage) -> str:
    """The plain text; a mail without one is shown as it came."""
    body = message.get_body(("plain",))
    if body is None:
        return message.as_string()
    content = body.get_content()
    return "\n".join(content.splitlines()) if isinstance(content, str) else ""


if __name__ == "__main__":
    main()
