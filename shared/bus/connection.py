"""How a connection to NATS is made: who logs in, over which TLS, and where answers come back."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.errors import Error as NatsError

from shared.base import log
from shared.base.diagnosis import NATS, fix_of, said_by
from shared.base.settings import NatsSettings
from shared.base.tasks import finish, obey, within

logger = log.get(__name__)
MOST_TOLD = 20


@dataclass
class Condition:
    """What the server has said of a connection: why it does not stand, and what it may not do."""

    trouble: str = ""
    denied: str = ""
    told: set[str] = field(default_factory=set)
    """What has been logged since the connection last stood; the same is not logged again."""

    def well(self) -> None:
        """The connection stands."""
        self.trouble = ""
        self.told.clear()


class _Client(Client):
    """A client that, told to speak TLS, says nothing to a server that does not."""

    insists = False

    def _connect_command(self) -> bytes:
        # The library itself would send the password in the clear when the server offers no TLS.
        if self.insists and not self._server_info.get("tls_required"):
            raise NatsError("nats: the server offers no TLS")
        command: bytes = super()._connect_command()
        return command


def tls_of(settings: NatsSettings) -> ssl.SSLContext | None:
    """How TLS is spoken to NATS; None when the URL does not ask for it and no file is given."""
    files = (settings.nats_ca, settings.nats_cert, settings.nats_key)
    if not settings.nats_url.startswith("tls://") and not any(files):
        return None
    context = ssl.create_default_context(cafile=settings.nats_ca)
    if settings.nats_cert:
        context.load_cert_chain(settings.nats_cert, settings.nats_key)
    return context


def address_of(url: str) -> str:
    """Where the servers of a URL are, without the password."""
    return ",".join(part.rpartition("@")[2].rpartition("//")[2] for part in url.split(","))


async def connect(url: str, *, name: str, tls: ssl.SSLContext | None, condition: Condition) -> Client:
    """A connection that reconnects for ever, and keeps its ``condition``.

    Raises:
        OSError, nats.errors.Error: the first attempt failed, or ``tls`` is wanted and not offered.
    """
    client = _Client()
    client.insists = tls is not None

    async def well() -> None:
        condition.well()
        logger.info("nats.reconnected")

    user = urlsplit(url.split(",", maxsplit=1)[0]).username
    try:
        await client.connect(
            url,
            name=name,
            tls=tls,
            # Answers come where nobody else may listen; deploy/nats/accounts.conf grants it by user.
            inbox_prefix=f"_INBOX.{user or name}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.5,  # type: ignore[arg-type]  # seconds, slept as they are
            connect_timeout=3,
            ping_interval=10,
            max_outstanding_pings=2,
            error_cb=_noting(condition),
            reconnected_cb=well,
        )
    except BaseException:
        # A caller that stops waiting ends the attempt too, which the library makes in a task of its own.
        await finish(disconnect(client))
        raise
    condition.well()
    return client


async def disconnect(client: Client) -> None:
    """Send what is in the buffer and end the connection, whatever the server does."""
    try:
        async with within(3):
            await client.close()
    except (NatsError, TimeoutError):
        logger.info("nats.close_timeout")
    except asyncio.CancelledError:
        # Of a connection that was lost before it stood, the library raises what it cancelled itself.
        obey()


def _noting(condition: Condition) -> Callable[[Exception], Awaitable[None]]:
    async def note(error: Exception) -> None:
        said = said_by(error)
        if "permissions violation" in said.lower():
            condition.denied = said
            logger.warning("nats.denied", error=said)
            return
        # Refused, a connection is also broken; the refusal is what an operator has to know.
        if fix_of(NATS, error) or not fix_of(NATS, ConnectionError(condition.trouble)):
            condition.trouble = said
        if said not in condition.told and len(condition.told) < MOST_TOLD:
            condition.told.add(said)
            logger.warning("nats.trouble", error=said)

    return note
