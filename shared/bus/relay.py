"""The relay: takes letters from an outbox to the stream, and marks what was acknowledged."""

import asyncio
from contextlib import suppress

from nats.errors import Error as NatsError

from shared.base import log
from shared.base.tasks import obey
from shared.bus.jetstream import Bus
from shared.contracts.refusals import StoreDown
from shared.store.db import Database
from shared.store.outbox import Outbox
from shared.telemetry import metrics

BATCH = 64
POLL = 0.5
"""Seconds between two looks at the outbox, which other processes may have written to."""
TOGETHER = 0.02
"""Seconds after a letter was written in which others may join it: one look at the outbox for all of them."""
logger = log.get(__name__)


class Relay:
    """Takes letters from an outbox to the stream, each at least once."""

    def __init__(self, database: Database, outbox: Outbox, bus: Bus) -> None:
        self._database = database
        self._outbox = outbox
        self._bus = bus
        self._woken = asyncio.Event()
        outbox.wake = self._woken.set

    async def run(self) -> None:
        """Relay until cancelled; troubles are waited out."""
        while True:
            obey()
            pause = POLL
            try:
                if self._woken.is_set() or await self._anything_waits():
                    self._woken.clear()
                    pause = 0 if await self.relay_once() == BATCH else POLL
            except (StoreDown, NatsError, ConnectionError, TimeoutError) as error:
                logger.info("relay.waiting", error=type(error).__name__)
                pause = 1.0
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._woken.wait()
                    await asyncio.sleep(TOGETHER)

    async def _anything_waits(self) -> bool:
        async with self._database.autocommit() as connection:
            return await self._outbox.anything_waits(connection)

    async def relay_once(self) -> int:
        """Publish one batch and mark what was acknowledged; how many that were."""
        async with self._database.transaction() as connection:
            letters = await self._outbox.waiting(connection, BATCH)
            if not letters:
                return 0
            answers = await asyncio.gather(
                *(self._bus.publish(letter) for letter in letters), return_exceptions=True
            )
            sent = [letter for letter, answer in zip(letters, answers, strict=True) if answer is None]
            if sent:
                await self._outbox.mark_published(connection, sent)
        metrics.EVENTS_PUBLISHED.inc(len(sent))
        failed = [answer for answer in answers if isinstance(answer, BaseException)]
        metrics.EVENTS_REFUSED.inc(len(failed))
        if failed:
            logger.warning("relay.refused", count=len(failed), error=repr(failed[0])[:200])
            await asyncio.sleep(0.5)
        return len(sent)
