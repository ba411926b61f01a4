"""Owns the sender: takes queued deliveries, tries each, and notes what became of it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from services.notify.domain.schedule import RetrySchedule
from services.notify.domain.signature import signed_headers
from services.notify.domain.values import Channel, Rendered
from services.notify.mail import Envelope, MailRefused
from services.notify.store import claims
from services.notify.store.claims import CallJob, Claimed, MailJob
from services.notify.store.deliveries import MAIL_LANE
from services.notify.webhooks import CallRefused
from shared.base import log
from shared.base.tasks import finish, obey
from shared.contracts.organisation import Person
from shared.contracts.refusals import StoreDown
from shared.org.organisation import Organisation
from shared.store.db import Database
from shared.telemetry import metrics, tracing
from shared.telemetry.tracing import traceparent

logger = log.get(__name__)
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"
TOGETHER = 0.01
GONE = "nothing left to send"
BROKE_SENDER = "every attempt was cut short"


class SendsMail(Protocol):
    """Hands a mail over, or raises MailRefused."""

    async def send(self, rendered: Rendered, to: Envelope) -> None:
        """Hand the words of a message over as a mail."""

    async def hang_up(self) -> None:
        """End the connections that carry nothing now."""


class CallsWebhooks(Protocol):
    """Calls a webhook, or raises CallRefused."""

    async def call(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Post a body."""


class KnowsPeople(Protocol):
    """Where addresses and names come from."""

    async def get(self) -> Organisation:
        """The organisation as it is known now."""


@dataclass(frozen=True)
class Pace:
    """How much is on its way at once, and how long the sender waits, in seconds.

    ``quiet`` is between two looks at an empty queue, ``grace`` for what is on its way at the end.
    ``lease`` is longer than any attempt can take: until it is over, nobody else tries.
    """

    at_once: int = 32
    per_lane: int = 6
    quiet: float = 0.5
    grace: float = 10.0
    lease: timedelta = timedelta(seconds=60)
    retries: RetrySchedule = field(default_factory=RetrySchedule)


class Sender:
    """Sends what is queued; several senders share one queue without sending anything twice.

    A mail or call may repeat after a crash between sending and noting; it then has the same id.
    """

    def __init__(
        self,
        database: Database,
        people: KnowsPeople,
        *,
        mailer: SendsMail | None,
        caller: CallsWebhooks,
        pace: Pace | None = None,
    ) -> None:
        self._database = database
        self._people = people
        self._mailer = mailer
        self._caller = caller
        self._pace = pace or Pace()
        self._busy: Counter[str] = Counter()
        self._on_way: set[asyncio.Task[None]] = set()
        self._done = asyncio.Event()
        for channel in Channel:
            for outcome in ("sent", "put_off", "given_up"):
                # From zero on, so that the first one is seen as an increase.
                metrics.DELIVERIES.labels(channel.value, outcome)

    async def run(self) -> None:
        """Send until cancelled; a store that is down is waited out, and what is on its way may arrive."""
        try:
            while True:
                obey()
                no_mail = not self._busy[MAIL_LANE]
                claimed = await self._claim_if_possible()
                for one in claimed:
                    self._begin(self._carry(one))
                if not claimed:
                    if no_mail:
                        self._begin(self._hang_up())
                    await self._rest()
        finally:
            await finish(self._let_go())

    async def send_once(self) -> int:
        """Try everything that is due now, once each; how many that were."""
        claimed = await self._claim()
        await asyncio.gather(*(self._carry(one) for one in claimed))
        await self._hang_up()
        return len(claimed)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._on_way.add(task)
        task.add_done_callback(self._on_way.discard)

    async def _hang_up(self) -> None:
        if self._mailer is not None:
            await self._mailer.hang_up()

    async def _claim_if_possible(self) -> Sequence[Claimed]:
        try:
            return await self._claim()
        except StoreDown:
            return []

    async def _claim(self) -> Sequence[Claimed]:
        free = self._pace.at_once - self._busy.total()
        if free <= 0:
            return []
        async with self._database.autocommit() as connection:
            claimed = await claims.claim(
                connection,
                busy=+self._busy,
                per_lane=self._pace.per_lane,
                limit=free,
                lease=self._pace.lease,
            )
        self._busy.update(one.lane for one in claimed)
        return claimed

    async def _rest(self) -> None:
        """Wait a little, or until something on its way has arrived and makes room."""
        self._done.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.quiet):
                await self._done.wait()
                # What arrives together makes room for one look at the queue, not for one each.
                await asyncio.sleep(TOGETHER)

    async def _let_go(self) -> None:
        if self._on_way:
            _, late = await asyncio.wait(self._on_way, timeout=self._pace.grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._hang_up()

    async def _carry(self, claimed: Claimed) -> None:
        try:
            channel = _channel(claimed).value
            with tracing.child(f"send {channel}", kind="client", parent=claimed.traceparent) as span:
                error = await self._attempt(claimed)
                if error is not None and span is not None:
                    span.failed(error)
                await self._note(claimed, error)
        except StoreDown:
            # The lease ends by itself: the delivery is tried again, with the same id.
            logger.warning("delivery.not_noted", delivery=claimed.id)
        finally:
            self._busy[claimed.lane] -= 1
            self._done.set()

    async def _attempt(self, claimed: Claimed) -> str | None:
        """Try once; why it failed, None when it did not."""
        if claimed.attempts > self._pace.retries.attempts:
            # Every attempt so far ended with the sender itself.
            return BROKE_SENDER
        try:
            match claimed.job:
                case MailJob():
                    await self._mail(claimed.job)
                case CallJob():
                    await self._call(claimed.job)
                case None:
                    return GONE
        except (MailRefused, CallRefused) as error:
            return str(error)
        except StoreDown:
            return "the recipient could not be looked up"
        except Exception as error:
            # One delivery that cannot even be tried must not stop all others.
            logger.exception("delivery.unexpected", delivery=claimed.id)
            return type(error).__name__
        return None

    async def _note(self, claimed: Claimed, error: str | None) -> None:
        wait = self._pace.retries.wait(claimed.attempts, random.random()) if claimed.job else None
        async with self._database.autocommit() as connection:
            if error is None:
                await claims.mark_sent(connection, claimed)
            else:
                await claims.mark_failed(connection, claimed, error, wait)
        event = "delivery.sent" if error is None else "delivery.put_off" if wait else "delivery.given_up"
        metrics.DELIVERIES.labels(_channel(claimed).value, event.removeprefix("delivery.")).inc()
        logger.info(event, delivery=claimed.id, lane=claimed.lane, attempt=claimed.attempts, error=error)

    async def _mail(self, job: MailJob) -> None:
        if self._mailer is None:
            raise MailRefused("no SMTP server is set")
        person = (await self._people.get()).person(job.recipient)
        if person is None:
            raise MailRefused("the recipient is not known yet")
        await self._mailer.send(job.rendered, _envelope(person, job))

    async def _call(self, job: CallJob) -> None:
        headers = signed_headers(job.secret, job.event_id, int(time.time()), job.body)
        if tracing.on() and (context := traceparent.get()):
            headers |= {"traceparent": context}
        await self._caller.call(job.url, headers | {"Content-Type": CONTENT_TYPE}, job.body)


def _channel(claimed: Claimed) -> Channel:
    return Channel.MAIL if claimed.lane == MAIL_LANE else Channel.WEBHOOK


def _envelope(person: Person, job: MailJob) -> Envelope:
    name = person.name.of(job.rendered.language)
    return Envelope(name=name, address=person.email, message_id=f"message-{job.message_id}")
