"""Owns the mails: how a message becomes one, and how it is handed to the SMTP server."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from functools import lru_cache
from typing import Final

import aiosmtplib
from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notify.domain.values import Rendered
from services.notify.domain.wording import one_line
from services.notify.smtp import Lines, SmtpServer
from shared.locale.catalogue import text

_TEMPLATES: Final = Environment(
    loader=PackageLoader("services.notify"), autoescape=True, undefined=StrictUndefined
)


class MailRefused(Exception):
    """The mail did not go out this time; the text says why and holds no address."""


@dataclass(frozen=True)
class Envelope:
    """To whom a mail goes, and the id under which every repetition of it is known."""

    name: str
    address: str
    message_id: str


def compose(rendered: Rendered, to: Envelope, sender: str) -> Message:
    """The mail of a message: plain text and HTML, every header on one line.

    Built from the library's plain message classes: the newer ones parse every header they are given, which
    takes several times as long.

    Raises:
        MailRefused: the address cannot stand in a header.
    """
    language, footer = rendered.language.value, text("mail.footer", rendered.language)
    subject = one_line(rendered.subject)
    html = _TEMPLATES.get_template("mail.html").render(
        language=language, subject=subject, lines=rendered.lines, footer=footer
    )
    mail = MIMEMultipart("alternative")
    mail["From"] = formataddr(("Monthline", _checked(sender)))
    mail["To"] = formataddr((one_line(to.name), _checked(to.address)), "utf-8")
    mail["Subject"] = Header(subject, header_name="Subject").encode()
    mail["Message-ID"] = f"<{to.message_id}@{_domain(sender)}>"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = language
    mail.attach(_part_of("\n".join((*_indented(rendered.lines), "", "-- ", footer, "")), "plain"))
    mail.attach(_part_of(html, "html"))
    return mail


@lru_cache(maxsize=4096)
def _checked(address: str) -> str:
    """The address, when it is one and no more."""
    try:
        return Address(addr_spec=address).addr_spec
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("the address cannot stand in a mail's header") from error


def _part_of(content: str, kind: str) -> MIMEText:
    return MIMEText(content.replace("\n", "\r\n"), kind, "utf-8")


class Mailer:
    """Hands mails to one SMTP server, each within ``seconds``, several of them over one connection."""

    def __init__(
        self, server: SmtpServer, sender: str, *, seconds: float = 20.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._sender = sender
        self._seconds = seconds
        self._lines = Lines(server, name=_domain(sender), seconds=seconds, tls=tls)

    async def send(self, rendered: Rendered, to: Envelope) -> None:
        """Hand a mail over. The connection is kept for the next one until :meth:`hang_up`.

        Raises:
            MailRefused: the server did not take it: refused, unreachable, or too slow.
        """
        mail = compose(rendered, to, self._sender)
        line = None
        try:
            async with asyncio.timeout(self._seconds):
                line = await self._lines.take()
                await line.client.send_message(mail, sender=self._sender, recipients=[to.address])
            # Only a line that has just carried a mail is known to be good.
            line = self._lines.keep(line)
        except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
            raise MailRefused(_reason(error)) from error
        finally:
            if line is not None:
                await line.end()

    async def hang_up(self) -> None:
        """End the connections that carry nothing now."""
        await self._lines.end()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _indented(lines: Sequence[str]) -> list[str]:
    """A note that runs over several lines stays recognisable as one."""
    return [line.replace("\n", "\n    ") for line in lines]


def _reason(error: Exception) -> str:
    """Why, without what the server says: answers tend to repeat the address."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        codes = sorted({refused.code for refused in error.recipients})
        return f"recipient refused ({', '.join(map(str, codes))})"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{type(error).__name__} ({error.code})"
    return type(error).__name__
