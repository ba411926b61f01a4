"""The drills' mail server: takes mails, refuses them, hangs, or takes them and then breaks the connection."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_ID = re.compile(rb"^message-id:\s*<([^>]+)>", re.IGNORECASE | re.MULTILINE)
Mood = Literal["well", "refusing", "hanging", "breaking"]


class MailSink:
    """Counts the mails it has taken, by their Message-ID; ``mood`` is how it treats the next ones."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.mood: Mood = "well"
        self.tried = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """What the SMTP server does with a mail."""
        self.tried += 1
        mood = self.mood
        if mood == "refusing":
            return "451 not now"
        if mood == "hanging":
            await asyncio.sleep(60)
        found = MESSAGE_ID.search(envelope.original_content or b"")
        self.taken[found[1].decode() if found else ""] += 1
        if mood == "breaking" and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 kept"


@asynccontextmanager
async def mail_server(sink: MailSink) -> AsyncIterator[int]:
    """Listens for the length of the block; yields the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, loop=loop, hostname="localhost", enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
