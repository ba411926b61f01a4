"""Putting right what a crash left behind: pending commands, and plans whose lifecycle is missing."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from shared.base import log
from shared.base.tasks import obey
from shared.contracts.refusals import Refusal
from shared.store.db import Database
from shared.store.outbox import Outbox
from shared.telemetry import metrics
from shared.web.command_gateway import CommandGateway

logger = log.get(__name__)
EVERY = 60.0
PENDING_AGE = timedelta(seconds=20)
KEEP_DAYS = 35
"""How long letters are kept that were published: longer than ``shared.bus.jetstream.MAX_AGE``."""
KEEP_TAKEN_DAYS = KEEP_DAYS + 7
"""How long consumers remember what they took: longer than any service keeps its letters, even one whose
process was down when it should have swept them. A letter without its inbox row would look untaken."""


async def every(seconds: float, work: Callable[[], Awaitable[object]], name: str) -> None:
    """Do ``work`` again and again; a failure is logged and does not end it.

    Its figure is shown from the start on: that of a work which never ends well grows old, and that of
    one which nobody does is absent.
    """
    metrics.WORK_DONE.labels(name).set_to_current_time()
    while True:
        obey()
        await asyncio.sleep(seconds)
        try:
            await work()
            metrics.WORK_DONE.labels(name).set_to_current_time()
        except Refusal as refused:
            logger.info("reconcile.put_off", work=name, reason=refused.code)
        except Exception as error:
            logger.warning("reconcile.failed", work=name, exc_info=error)


async def resend_commands(gateway: CommandGateway, seconds: float = EVERY) -> None:
    """Send again what has been pending too long."""

    async def work() -> None:
        answered = await gateway.resend_overdue(age=PENDING_AGE)
        if answered:
            logger.info("reconcile.commands", answered=answered)

    await every(seconds, work, "commands")


async def forget_old(database: Database, outbox: Outbox, seconds: float = 3600.0) -> None:
    """Drop published letters and inbox rows that the stream has forgotten before."""

    async def work() -> None:
        async with database.transaction() as connection:
            await outbox.forget(connection, told=KEEP_DAYS, taken=KEEP_TAKEN_DAYS)

    await every(seconds, work, "forget")
